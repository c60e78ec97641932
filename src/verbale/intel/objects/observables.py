"""Cyber observables (STIX 2.1 section 6), one struct each, tagged by `type`."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import UNSET, Struct, UnsetType

from .forms import (
    AccountRef,
    AnyRef,
    ArtifactRef,
    AsRef,
    Binary,
    Cpe,
    DictionaryKey,
    DirectoryRef,
    EmailRef,
    EndRef,
    EntryRef,
    FileRef,
    Filled,
    Hex,
    Integer,
    Language,
    MacRef,
    Natural,
    Port,
    ProcessRef,
    RegistryKey,
    ResolvedRef,
    SampleRef,
    Some,
    Timestamp,
    TrafficRef,
    own_id,
)
from .parts import Hashes, Observable


class Artifact(Observable, kw_only=True, tag="artifact", tag_field="type"):
    id: Annotated[str, own_id("artifact")]
    mime_type: str | UnsetType = UNSET
    payload_bin: Binary | UnsetType = UNSET
    url: str | UnsetType = UNSET
    hashes: Hashes | UnsetType = UNSET
    encryption_algorithm: Literal["AES-256-GCM", "ChaCha20-Poly1305", "mime-type-indicated"] | UnsetType = UNSET
    decryption_key: str | UnsetType = UNSET


class AutonomousSystem(Observable, kw_only=True, tag="autonomous-system", tag_field="type"):
    id: Annotated[str, own_id("autonomous-system")]
    number: Integer
    name: str | UnsetType = UNSET
    rir: str | UnsetType = UNSET


class Directory(Observable, kw_only=True, tag="directory", tag_field="type"):
    id: Annotated[str, own_id("directory")]
    path: str
    path_enc: str | UnsetType = UNSET
    ctime: Timestamp | UnsetType = UNSET
    mtime: Timestamp | UnsetType = UNSET
    atime: Timestamp | UnsetType = UNSET
    contains_refs: Some[EntryRef] | UnsetType = UNSET


class DomainName(Observable, kw_only=True, tag="domain-name", tag_field="type"):
    id: Annotated[str, own_id("domain-name")]
    value: str
    resolves_to_refs: Some[ResolvedRef] | UnsetType = UNSET


class EmailAddr(Observable, kw_only=True, tag="email-addr", tag_field="type"):
    id: Annotated[str, own_id("email-addr")]
    value: str
    display_name: str | UnsetType = UNSET
    belongs_to_ref: AccountRef | UnsetType = UNSET


class MimePart(Struct, kw_only=True):
    body: str | UnsetType = UNSET
    body_raw_ref: SampleRef | UnsetType = UNSET
    content_type: str | UnsetType = UNSET
    content_disposition: str | UnsetType = UNSET


class EmailMessage(Observable, kw_only=True, tag="email-message", tag_field="type"):
    id: Annotated[str, own_id("email-message")]
    is_multipart: bool
    date: Timestamp | UnsetType = UNSET
    content_type: str | UnsetType = UNSET
    from_ref: EmailRef | UnsetType = UNSET
    sender_ref: EmailRef | UnsetType = UNSET
    to_refs: Some[EmailRef] | UnsetType = UNSET
    cc_refs: Some[EmailRef] | UnsetType = UNSET
    bcc_refs: Some[EmailRef] | UnsetType = UNSET
    message_id: str | UnsetType = UNSET
    subject: str | UnsetType = UNSET
    received_lines: Some[str] | UnsetType = UNSET
    additional_header_fields: Filled[DictionaryKey, str | Some[str]] | UnsetType = UNSET
    body: str | UnsetType = UNSET
    body_multipart: Some[MimePart] | UnsetType = UNSET
    raw_email_ref: ArtifactRef | UnsetType = UNSET


class File(Observable, kw_only=True, tag="file", tag_field="type"):
    id: Annotated[str, own_id("file")]
    hashes: Hashes | UnsetType = UNSET
    size: Natural | UnsetType = UNSET
    name: str | UnsetType = UNSET
    name_enc: str | UnsetType = UNSET
    magic_number_hex: Hex | UnsetType = UNSET
    mime_type: str | UnsetType = UNSET
    ctime: Timestamp | UnsetType = UNSET
    mtime: Timestamp | UnsetType = UNSET
    atime: Timestamp | UnsetType = UNSET
    parent_directory_ref: DirectoryRef | UnsetType = UNSET
    contains_refs: Some[AnyRef] | UnsetType = UNSET
    content_ref: ArtifactRef | UnsetType = UNSET


class IPv4Addr(Observable, kw_only=True, tag="ipv4-addr", tag_field="type"):
    id: Annotated[str, own_id("ipv4-addr")]
    value: str
    resolves_to_refs: Some[MacRef] | UnsetType = UNSET
    belongs_to_refs: Some[AsRef] | UnsetType = UNSET


class IPv6Addr(Observable, kw_only=True, tag="ipv6-addr", tag_field="type"):
    id: Annotated[str, own_id("ipv6-addr")]
    value: str
    resolves_to_refs: Some[MacRef] | UnsetType = UNSET
    belongs_to_refs: Some[AsRef] | UnsetType = UNSET


class MacAddr(Observable, kw_only=True, tag="mac-addr", tag_field="type"):
    id: Annotated[str, own_id("mac-addr")]
    value: str


class Mutex(Observable, kw_only=True, tag="mutex", tag_field="type"):
    id: Annotated[str, own_id("mutex")]
    name: str


class NetworkTraffic(Observable, kw_only=True, tag="network-traffic", tag_field="type"):
    id: Annotated[str, own_id("network-traffic")]
    protocols: Some[str]
    start: Timestamp | UnsetType = UNSET
    end: Timestamp | UnsetType = UNSET
    is_active: bool | UnsetType = UNSET
    src_ref: EndRef | UnsetType = UNSET
    dst_ref: EndRef | UnsetType = UNSET
    src_port: Port | UnsetType = UNSET
    dst_port: Port | UnsetType = UNSET
    src_byte_count: Natural | UnsetType = UNSET
    dst_byte_count: Natural | UnsetType = UNSET
    src_packets: Natural | UnsetType = UNSET
    dst_packets: Natural | UnsetType = UNSET
    ipfix: Filled[DictionaryKey, str | Integer] | UnsetType = UNSET
    src_payload_ref: ArtifactRef | UnsetType = UNSET
    dst_payload_ref: ArtifactRef | UnsetType = UNSET
    encapsulates_refs: Some[TrafficRef] | UnsetType = UNSET
    encapsulated_by_ref: TrafficRef | UnsetType = UNSET


class Process(Observable, kw_only=True, tag="process", tag_field="type"):
    id: Annotated[str, own_id("process")]
    is_hidden: bool | UnsetType = UNSET
    pid: Integer | UnsetType = UNSET
    created_time: Timestamp | UnsetType = UNSET
    cwd: str | UnsetType = UNSET
    command_line: str | UnsetType = UNSET
    environment_variables: Filled[DictionaryKey, str] | UnsetType = UNSET
    opened_connection_refs: Some[TrafficRef] | UnsetType = UNSET
    creator_user_ref: AccountRef | UnsetType = UNSET
    image_ref: FileRef | UnsetType = UNSET
    parent_ref: ProcessRef | UnsetType = UNSET
    child_refs: Some[ProcessRef] | UnsetType = UNSET


class Software(Observable, kw_only=True, tag="software", tag_field="type"):
    id: Annotated[str, own_id("software")]
    name: str
    cpe: Cpe | UnsetType = UNSET
    swid: str | UnsetType = UNSET
    languages: Some[Language] | UnsetType = UNSET
    vendor: str | UnsetType = UNSET
    version: str | UnsetType = UNSET


class Url(Observable, kw_only=True, tag="url", tag_field="type"):
    id: Annotated[str, own_id("url")]
    value: str


class UserAccount(Observable, kw_only=True, tag="user-account", tag_field="type"):
    id: Annotated[str, own_id("user-account")]
    user_id: str | UnsetType = UNSET
    credential: str | UnsetType = UNSET
    account_login: str | UnsetType = UNSET
    account_type: str | UnsetType = UNSET
    display_name: str | UnsetType = UNSET
    is_service_account: bool | UnsetType = UNSET
    is_privileged: bool | UnsetType = UNSET
    can_escalate_privs: bool | UnsetType = UNSET
    is_disabled: bool | UnsetType = UNSET
    account_created: Timestamp | UnsetType = UNSET
    account_expires: Timestamp | UnsetType = UNSET
    credential_last_changed: Timestamp | UnsetType = UNSET
    account_first_login: Timestamp | UnsetType = UNSET
    account_last_login: Timestamp | UnsetType = UNSET


class RegistryValue(Struct, kw_only=True):
    name: str | UnsetType = UNSET
    data: str | UnsetType = UNSET
    data_type: (
        Literal[
            "REG_NONE",
            "REG_SZ",
            "REG_EXPAND_SZ",
            "REG_BINARY",
            "REG_DWORD",
            "REG_DWORD_BIG_ENDIAN",
            "REG_DWORD_LITTLE_ENDIAN",
            "REG_LINK",
            "REG_MULTI_SZ",
            "REG_RESOURCE_LIST",
            "REG_FULL_RESOURCE_DESCRIPTION",
            "REG_RESOURCE_REQUIREMENTS_LIST",
            "REG_QWORD",
            "REG_INVALID_TYPE",
        ]
        | UnsetType
    ) = UNSET


class WindowsRegistryKey(Observable, kw_only=True, tag="windows-registry-key", tag_field="type"):
    id: Annotated[str, own_id("windows-registry-key")]
    key: RegistryKey | UnsetType = UNSET
    values: Some[RegistryValue] | UnsetType = UNSET
    modified_time: Timestamp | UnsetType = UNSET
    creator_user_ref: AccountRef | UnsetType = UNSET
    number_of_subkeys: Integer | UnsetType = UNSET


class X509V3Extensions(Struct, kw_only=True):
    basic_constraints: str | UnsetType = UNSET
    name_constraints: str | UnsetType = UNSET
    policy_constraints: str | UnsetType = UNSET
    key_usage: str | UnsetType = UNSET
    extended_key_usage: str | UnsetType = UNSET
    subject_key_identifier: str | UnsetType = UNSET
    authority_key_identifier: str | UnsetType = UNSET
    subject_alternative_name: str | UnsetType = UNSET
    issuer_alternative_name: str | UnsetType = UNSET
    subject_directory_attributes: str | UnsetType = UNSET
    crl_distribution_points: str | UnsetType = UNSET
    inhibit_any_policy: str | UnsetType = UNSET
    private_key_usage_period_not_before: Timestamp | UnsetType = UNSET
    private_key_usage_period_not_after: Timestamp | UnsetType = UNSET
    certificate_policies: str | UnsetType = UNSET
    policy_mappings: str | UnsetType = UNSET


class X509Certificate(Observable, kw_only=True, tag="x509-certificate", tag_field="type"):
    id: Annotated[str, own_id("x509-certificate")]
    is_self_signed: bool | UnsetType = UNSET
    hashes: Hashes | UnsetType = UNSET
    version: str | UnsetType = UNSET
    serial_number: str | UnsetType = UNSET
    signature_algorithm: str | UnsetType = UNSET
    issuer: str | UnsetType = UNSET
    validity_not_before: Timestamp | UnsetType = UNSET
    validity_not_after: Timestamp | UnsetType = UNSET
    subject: str | UnsetType = UNSET
    subject_public_key_algorithm: str | UnsetType = UNSET
    subject_public_key_modulus: str | UnsetType = UNSET
    subject_public_key_exponent: Integer | UnsetType = UNSET
    x509_v3_extensions: X509V3Extensions | UnsetType = UNSET


ALL = (
    Artifact,
    AutonomousSystem,
    Directory,
    DomainName,
    EmailAddr,
    EmailMessage,
    File,
    IPv4Addr,
    IPv6Addr,
    MacAddr,
    Mutex,
    NetworkTraffic,
    Process,
    Software,
    Url,
    UserAccount,
    WindowsRegistryKey,
    X509Certificate,
)
