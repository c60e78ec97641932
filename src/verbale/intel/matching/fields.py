"""Which field of which log holds what: the tables that `docs/intelligence-matching.md` prints.

Sources: the Zeek manual's script reference (`Conn::Info`, `DNS::Info`, `HTTP::Info`, `Files::Info`, `SSL::Info`,
`X509::Info`, `SMTP::Info`, …), and the field reference of the Elastic Common Schema, version 8. A field that is in no
table is not read. `host`, `ip` and `hash` leave the kind to the value.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from .kinds import FIELD_KINDS


class Field(NamedTuple):
    """What a column holds: a kind of `FIELD_KINDS`, and the part it plays (`src`, `dst`, `from`, …)."""

    kind: str
    role: str = ""


Fields = dict[str, Field]


def _table(*rows: str) -> Fields:
    """Rows of `name kind role`."""
    found: Fields = {}
    for row in rows:
        name, kind, *role = row.split()
        assert kind in FIELD_KINDS, row
        found[name] = Field(kind, *role)
    return found


ENDS: Final = _table("id.orig_h ip src", "id.resp_h ip dst", "id.orig_p port src", "id.resp_p port dst")
"""`conn_id`, which most Zeek logs begin with."""

ZEEK: Final[dict[str, Fields]] = {
    "conn": _table("proto protocol", "orig_l2_addr mac src", "resp_l2_addr mac dst"),
    "dns": _table("query domain", "answers host answer", "proto protocol"),
    "http": _table(
        "host host dst",
        "uri request",
        "url url",  # made of host, port and uri; see zeek.py
        "referrer url referrer",
        "user_agent user-agent",
        "username user",
        "orig_filenames file-name src",
        "resp_filenames file-name dst",
    ),
    "files": _table(
        "tx_hosts ip src",
        "rx_hosts ip dst",
        "filename file-name",
        "md5 md5",
        "sha1 sha1",
        "sha256 sha256",
    ),
    "ssl": _table(
        "server_name host dst",
        "subject cert-subject",
        "issuer cert-issuer",
        "cert_chain_fps cert-sha256",
        "client_cert_chain_fps cert-sha256 client",
        "ja3 ja3",
        "ja3s ja3s",
    ),
    "x509": _table(
        "fingerprint cert-sha256",
        "certificate.serial cert-serial",
        "certificate.subject cert-subject",
        "certificate.issuer cert-issuer",
        "san.dns domain",
        "san.email email",
        "san.ip ip",
        "san.uri url",
    ),
    "smtp": _table(
        "mailfrom email from",
        "rcptto email to",
        "from email from",
        "to email to",
        "cc email to",
        "reply_to email from",
        "msg_id message-id",
        "subject subject",
        "x_originating_ip ip src",
        "path ip",
        "helo host src",
        "user_agent user-agent",
        "urls url",
    ),
    "ftp": _table("user user", "arg url", "data_channel.orig_h ip src", "data_channel.resp_h ip dst"),
    "smb_files": _table("path path", "name file-name", "prev_name file-name"),
    "smb_mapping": _table("path path"),
    "dhcp": _table(
        "client_addr ip src",
        "server_addr ip dst",
        "assigned_addr ip src",
        "requested_addr ip src",
        "mac mac src",
        "host_name host src",
    ),
    "kerberos": _table("client user", "client_cert_subject cert-subject", "server_cert_subject cert-subject"),
    "ntlm": _table("username user", "hostname host src", "server_dns_computer_name host dst"),
    "rdp": _table("cookie user", "client_name host src"),
    "ssh": _table(),
    "quic": _table("server_name host dst"),
    "sip": _table("user_agent user-agent"),
    "socks": _table("user user", "request.host ip dst", "request.name domain dst", "request_p port dst"),
    "tunnel": _table(),
    "notice": _table("src ip src", "dst ip dst", "p port", "proto protocol", "file_desc file-name"),
    "intel": _table(),
    "known_hosts": _table("host ip"),
    "known_services": _table("host ip", "port_num port"),
    "software": _table("host ip"),
}

ECS: Final = _table(
    *(
        f"{end}.{name}"
        for end, role in (("source", "src"), ("client", "src"), ("destination", "dst"), ("server", "dst"))
        for name in (
            f"ip ip {role}",
            f"address host {role}",
            f"domain host {role}",
            f"port port {role}",
            f"mac mac {role}",
            f"as.number asn {role}",
            f"nat.ip ip {role}",
            f"user.name user {role}",
            f"user.email email {role}",
        )
    ),
    "host.ip ip",
    "host.mac mac",
    "host.hostname host",
    "observer.ip ip observer",
    "related.ip ip",
    "related.hash hash",
    "related.hosts host",
    "related.user user",
    "network.transport protocol",
    "network.protocol protocol",
    "dns.question.name domain",
    "dns.answers.data host answer",
    "dns.answers.name domain answer",
    "dns.resolved_ip ip answer",
    "url.full url",
    "url.original url",
    "url.domain host dst",
    "http.request.referrer url referrer",
    "user_agent.original user-agent",
    *(
        f"{owner}.hash.{name} {name}{role}"
        for owner, role in (
            ("file", ""),
            ("process", " process"),
            ("process.parent", " process"),
            ("dll", ""),
            ("email.attachments.file", " attachment"),
        )
        for name in ("md5", "sha1", "sha256", "sha512")
    ),
    "file.name file-name",
    "file.path path",
    "file.target_path path",
    "dll.name file-name",
    "dll.path path",
    "process.name file-name process",
    "process.executable path process",
    "process.command_line command-line",
    "process.parent.name file-name process",
    "process.parent.executable path process",
    "process.parent.command_line command-line",
    "registry.path registry-key",
    "registry.key registry-key",
    "tls.client.server_name host dst",
    "tls.client.ja3 ja3",
    "tls.server.ja3s ja3s",
    *(
        f"tls.{end}.{name}"
        for end in ("client", "server")
        for name in (
            "hash.md5 cert-md5",
            "hash.sha1 cert-sha1",
            "hash.sha256 cert-sha256",
            "subject cert-subject",
            "issuer cert-issuer",
            "x509.serial_number cert-serial",
            "x509.alternative_names host",
        )
    ),
    "user.name user",
    "user.email email",
    "email.from.address email from",
    "email.sender.address email from",
    "email.reply_to.address email from",
    "email.to.address email to",
    "email.cc.address email to",
    "email.bcc.address email to",
    "email.subject subject",
    "email.message_id message-id",
    "email.attachments.file.name file-name attachment",
)

COMMON: Final = _table(
    *(
        f"{name} {kind}"
        for kind, names in {
            "ip src": "src_ip source_ip srcip src sourceip client_ip clientip c_ip c-ip saddr srcaddr sourceaddress",
            "ip dst": "dst_ip dest_ip destination_ip dstip dst dest destinationip server_ip s_ip s-ip daddr dstaddr",
            "ip": "ip ip_address ipaddress addr address remote_addr remote_ip ipv4 ipv6",
            "port src": "src_port source_port srcport sport c_port",
            "port dst": "dst_port dest_port destination_port dstport dport s_port s-port",
            "domain": "domain domain_name query qname rrname dns_query",
            "host": "host hostname fqdn server_name sni cs_host cs-host",
            "url": "url uri_full full_url request_url cs_uri cs-uri",
            "url referrer": "referrer referer",
            "user-agent": "user_agent useragent http_user_agent cs_user_agent cs(user-agent)",
            "md5": "md5 file_md5 hash_md5 md5_hash",
            "sha1": "sha1 file_sha1 hash_sha1 sha1_hash",
            "sha256": "sha256 file_sha256 hash_sha256 sha256_hash",
            "sha512": "sha512",
            "hash": "hash file_hash filehash",
            "email": "email email_address mail",
            "email from": "from sender mail_from from_address",
            "email to": "to recipient recipients rcpt_to to_address",
            "file-name": "filename file_name",
            "path": "path file_path filepath",
            "command-line": "command_line commandline cmdline",
            "user": "user username user_name",
            "protocol": "proto protocol transport",
            "mac": "mac mac_address",
            "subject": "subject",
            "ja3": "ja3",
            "ja3s": "ja3s",
        }.items()
        for name in names.split()
    )
)
"""Names of columns in CSV and Parquet files of no known schema, compared in lower case, spaces as `_`."""

TIMES: Final = (
    "ts",
    "@timestamp",
    "timestamp",
    "time",
    "event_time",
    "eventtime",
    "datetime",
    "date_time",
    "date",
    "start_time",
    "_time",
)
"""Columns that tell when, the first that is there."""


def column_field(name: str) -> Field | None:
    """What a column of a CSV or Parquet file holds, by its name."""
    plain = name.strip().lower().replace(" ", "_")
    return ECS.get(name.strip()) or ENDS.get(plain) or COMMON.get(plain)
