"""The extensions that STIX 2.1 itself defines for observables (section 3.10), by the type that they extend."""

from __future__ import annotations

from typing import Final, Literal

from msgspec import UNSET, Struct, UnsetType

from .forms import ArtifactRef, DictionaryKey, EntryRef, FileRef, Filled, Hex, Integer, Natural, Some, Timestamp
from .parts import Hashes


class ArchiveExt(Struct, kw_only=True):
    contains_refs: Some[EntryRef]
    comment: str | UnsetType = UNSET


class AlternateDataStream(Struct, kw_only=True):
    name: str
    hashes: Hashes | UnsetType = UNSET
    size: Natural | UnsetType = UNSET


class NtfsExt(Struct, kw_only=True):
    sid: str | UnsetType = UNSET
    alternate_data_streams: Some[AlternateDataStream] | UnsetType = UNSET


class PdfExt(Struct, kw_only=True):
    version: str | UnsetType = UNSET
    is_optimized: bool | UnsetType = UNSET
    document_info_dict: Filled[DictionaryKey, str] | UnsetType = UNSET
    pdfid0: str | UnsetType = UNSET
    pdfid1: str | UnsetType = UNSET


class RasterImageExt(Struct, kw_only=True):
    image_height: Integer | UnsetType = UNSET
    image_width: Integer | UnsetType = UNSET
    bits_per_pixel: Integer | UnsetType = UNSET
    exif_tags: Filled[DictionaryKey, str | Integer] | UnsetType = UNSET


class PeOptionalHeader(Struct, kw_only=True):
    magic_hex: Hex | UnsetType = UNSET
    major_linker_version: Integer | UnsetType = UNSET
    minor_linker_version: Integer | UnsetType = UNSET
    size_of_code: Natural | UnsetType = UNSET
    size_of_initialized_data: Natural | UnsetType = UNSET
    size_of_uninitialized_data: Natural | UnsetType = UNSET
    address_of_entry_point: Integer | UnsetType = UNSET
    base_of_code: Integer | UnsetType = UNSET
    base_of_data: Integer | UnsetType = UNSET
    image_base: Integer | UnsetType = UNSET
    section_alignment: Integer | UnsetType = UNSET
    file_alignment: Integer | UnsetType = UNSET
    major_os_version: Integer | UnsetType = UNSET
    minor_os_version: Integer | UnsetType = UNSET
    major_image_version: Integer | UnsetType = UNSET
    minor_image_version: Integer | UnsetType = UNSET
    major_subsystem_version: Integer | UnsetType = UNSET
    minor_subsystem_version: Integer | UnsetType = UNSET
    win32_version_value_hex: Hex | UnsetType = UNSET
    size_of_image: Natural | UnsetType = UNSET
    size_of_headers: Natural | UnsetType = UNSET
    checksum_hex: Hex | UnsetType = UNSET
    subsystem_hex: Hex | UnsetType = UNSET
    dll_characteristics_hex: Hex | UnsetType = UNSET
    size_of_stack_reserve: Natural | UnsetType = UNSET
    size_of_stack_commit: Natural | UnsetType = UNSET
    size_of_heap_reserve: Natural | UnsetType = UNSET
    size_of_heap_commit: Natural | UnsetType = UNSET
    loader_flags_hex: Hex | UnsetType = UNSET
    number_of_rva_and_sizes: Integer | UnsetType = UNSET
    hashes: Hashes | UnsetType = UNSET


class PeSection(Struct, kw_only=True):
    name: str
    size: Natural | UnsetType = UNSET
    entropy: float | UnsetType = UNSET
    hashes: Hashes | UnsetType = UNSET


class WindowsPeBinaryExt(Struct, kw_only=True):
    pe_type: str
    imphash: str | UnsetType = UNSET
    machine_hex: Hex | UnsetType = UNSET
    number_of_sections: Natural | UnsetType = UNSET
    time_date_stamp: Timestamp | UnsetType = UNSET
    pointer_to_symbol_table_hex: Hex | UnsetType = UNSET
    number_of_symbols: Natural | UnsetType = UNSET
    size_of_optional_header: Natural | UnsetType = UNSET
    characteristics_hex: Hex | UnsetType = UNSET
    file_header_hashes: Hashes | UnsetType = UNSET
    optional_header: PeOptionalHeader | UnsetType = UNSET
    sections: Some[PeSection] | UnsetType = UNSET


class HttpRequestExt(Struct, kw_only=True):
    request_method: str
    request_value: str
    request_version: str | UnsetType = UNSET
    request_header: Filled[DictionaryKey, Some[str]] | UnsetType = UNSET
    message_body_length: Integer | UnsetType = UNSET
    message_body_data_ref: ArtifactRef | UnsetType = UNSET


class IcmpExt(Struct, kw_only=True):
    icmp_type_hex: Hex
    icmp_code_hex: Hex


class SocketExt(Struct, kw_only=True):
    address_family: Literal[
        "AF_UNSPEC", "AF_INET", "AF_IPX", "AF_APPLETALK", "AF_NETBIOS", "AF_INET6", "AF_IRDA", "AF_BTH"
    ]
    is_blocking: bool | UnsetType = UNSET
    is_listening: bool | UnsetType = UNSET
    options: Filled[DictionaryKey, Integer] | UnsetType = UNSET
    socket_type: Literal["SOCK_STREAM", "SOCK_DGRAM", "SOCK_RAW", "SOCK_RDM", "SOCK_SEQPACKET"] | UnsetType = UNSET
    socket_descriptor: Natural | UnsetType = UNSET
    socket_handle: Integer | UnsetType = UNSET


class TcpExt(Struct, kw_only=True):
    src_flags_hex: Hex | UnsetType = UNSET
    dst_flags_hex: Hex | UnsetType = UNSET


class WindowsProcessExt(Struct, kw_only=True):
    aslr_enabled: bool | UnsetType = UNSET
    dep_enabled: bool | UnsetType = UNSET
    priority: str | UnsetType = UNSET
    owner_sid: str | UnsetType = UNSET
    window_title: str | UnsetType = UNSET
    startup_info: Filled[DictionaryKey, object] | UnsetType = UNSET
    integrity_level: Literal["low", "medium", "high", "system"] | UnsetType = UNSET


class WindowsServiceExt(Struct, kw_only=True):
    service_name: str | UnsetType = UNSET
    descriptions: Some[str] | UnsetType = UNSET
    display_name: str | UnsetType = UNSET
    group_name: str | UnsetType = UNSET
    start_type: (
        Literal[
            "SERVICE_AUTO_START",
            "SERVICE_BOOT_START",
            "SERVICE_DEMAND_START",
            "SERVICE_DISABLED",
            "SERVICE_SYSTEM_ALERT",
        ]
        | UnsetType
    ) = UNSET
    service_dll_refs: Some[FileRef] | UnsetType = UNSET
    service_type: (
        Literal[
            "SERVICE_KERNEL_DRIVER",
            "SERVICE_FILE_SYSTEM_DRIVER",
            "SERVICE_WIN32_OWN_PROCESS",
            "SERVICE_WIN32_SHARE_PROCESS",
        ]
        | UnsetType
    ) = UNSET
    service_status: (
        Literal[
            "SERVICE_CONTINUE_PENDING",
            "SERVICE_PAUSE_PENDING",
            "SERVICE_PAUSED",
            "SERVICE_RUNNING",
            "SERVICE_START_PENDING",
            "SERVICE_STOP_PENDING",
            "SERVICE_STOPPED",
        ]
        | UnsetType
    ) = UNSET


class UnixAccountExt(Struct, kw_only=True):
    gid: Integer | UnsetType = UNSET
    groups: Some[str] | UnsetType = UNSET
    home_dir: str | UnsetType = UNSET
    shell: str | UnsetType = UNSET


PREDEFINED: Final[dict[str, dict[str, tuple[type[Struct], str]]]] = {
    "file": {
        "archive-ext": (ArchiveExt, "6.7.2"),
        "ntfs-ext": (NtfsExt, "6.7.3"),
        "pdf-ext": (PdfExt, "6.7.4"),
        "raster-image-ext": (RasterImageExt, "6.7.5"),
        "windows-pebinary-ext": (WindowsPeBinaryExt, "6.7.6"),
    },
    "network-traffic": {
        "http-request-ext": (HttpRequestExt, "6.12.2"),
        "icmp-ext": (IcmpExt, "6.12.3"),
        "socket-ext": (SocketExt, "6.12.4"),
        "tcp-ext": (TcpExt, "6.12.5"),
    },
    "process": {
        "windows-process-ext": (WindowsProcessExt, "6.13.2"),
        "windows-service-ext": (WindowsServiceExt, "6.13.3"),
    },
    "user-account": {"unix-account-ext": (UnixAccountExt, "6.16.2")},
}
"""Type to name of the extension to its struct and clause."""
