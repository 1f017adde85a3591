//! Which hosts the public internet cannot reach.

use std::net::{Ipv4Addr, Ipv6Addr};

use crate::request::url::{Host, host};

/// Names that are never in the public DNS, or that mean this machine. `.test` and `.example` are missing on purpose:
/// drafts and documents use them as stand-ins.
const LOCAL: [&str; 10] =
    ["localhost", "local", "internal", "localdomain", "lan", "home.arpa", "intranet", "corp", "home", "private"];

/// Why the public internet cannot reach a host, as a phrase that follows the host in a sentence.
pub(super) fn unreachable(text: &str) -> Option<&'static str> {
    if is_public(text) { None } else { judged(host(text)) }
}

fn judged(host: Host) -> Option<&'static str> {
    match host {
        Host::V4(address) => v4(address),
        Host::V6(address) => v6(address),
        Host::Name(name) if name.is_empty() => Some("is empty"),
        Host::Name(name) if name == "localhost" || name.ends_with(".localhost") => Some("is this machine"),
        Host::Name(name) if name.contains(':') => Some("is not a valid address"),
        Host::Name(name)
            if name.rsplit('.').next().is_some_and(|last| last.bytes().all(|byte| byte.is_ascii_digit())) =>
        {
            Some("is not a valid address")
        }
        Host::Name(name) if !name.contains('.') => Some("is a name of a local network: it has no dot"),
        Host::Name(name) => LOCAL
            .iter()
            .any(|local| name.strip_suffix(local).is_some_and(|rest| rest.ends_with('.')))
            .then_some("is a name of a local network"),
    }
}

/// Whether this is a lower-case name in an alphabetic domain that is not a local one, as most hosts are. A fast path.
fn is_public(text: &str) -> bool {
    let bytes = text.as_bytes();
    let plain = bytes.iter().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.'));
    let Some(dot) = bytes.iter().rposition(|byte| *byte == b'.').filter(|_| plain) else { return false };
    let last = &text[dot + 1..];
    dot > 0
        && last.bytes().all(|byte| byte.is_ascii_lowercase())
        && !last.is_empty()
        && !LOCAL
            .iter()
            .any(|local| local.strip_suffix(last).is_some_and(|rest| rest.is_empty() || rest.ends_with('.')))
}

fn v4(address: Ipv4Addr) -> Option<&'static str> {
    let [a, b, c, _] = address.octets();
    Some(match (a, b, c) {
        (127, ..) => "is this machine",
        (0, ..) => "is not an address of a host",
        (10, ..) | (172, 16..=31, _) | (192, 168, _) => "is an address of a private network",
        (169, 254, _) => "is a link-local address",
        (100, 64..=127, _) => "is an address behind carrier-grade NAT",
        (192, 0, 0 | 2) | (198, 51, 100) | (203, 0, 113) | (198, 18..=19, _) => "is an address that is never routed",
        (224..=239, ..) => "is a multicast address",
        (240..=255, ..) => "is not an address of a host",
        _ => return None,
    })
}

fn v6(address: Ipv6Addr) -> Option<&'static str> {
    let [a, b, c, d, e, f, g, h] = address.segments();
    let embedded = |high: u16, low: u16| v4(Ipv4Addr::from(u32::from(high) << 16 | u32::from(low)));
    match (a, b, c, d, e, f) {
        (0, 0, 0, 0, 0, 0) if (g, h) == (0, 1) => Some("is this machine"),
        (0, 0, 0, 0, 0, 0) if (g, h) == (0, 0) => Some("is not an address of a host"),
        // IPv4 within IPv6: mapped, compatible, translated (RFC 6052), 6to4 (RFC 3056).
        (0, 0, 0, 0, 0, 0xffff | 0) | (0x64, 0xff9b, 0, 0, 0, 0) => embedded(g, h),
        (0x2002, high, low, ..) => embedded(high, low),
        (0xfc00..=0xfdff, ..) => Some("is an address of a private network"),
        (0xfe80..=0xfebf, ..) => Some("is a link-local address"),
        (0xfec0..=0xfeff, ..) => Some("is an address of a private network"),
        (0xff00..=0xffff, ..) => Some("is a multicast address"),
        (0x2001, 0xdb8, ..) | (0x100, 0, 0, 0, ..) => Some("is an address that is never routed"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_fast_check_of_hosts_is_correct(text in "([a-c1.-]{0,4}|localhost|local|internal|home|arpa|corp|lan|com|\\.){0,4}") {
            if is_public(&text) {
                prop_assert_eq!(judged(host(&text)), None);
            }
        }
    }

    #[test]
    fn common_hosts_are_public() {
        for host in ["hooks.example.com", "d1.cloudfront.net", "127.0.0.1.nip.io"] {
            assert!(is_public(host), "{host}");
        }
    }
}
