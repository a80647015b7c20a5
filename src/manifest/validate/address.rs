//! Addresses and ranges of addresses. Models apimachinery pkg/util/validation/ip.go, with StrictIPCIDRValidation.

use super::{Errors, invalid, text};
use crate::api::Value;
use crate::manifest::field::Path;
use std::net::IpAddr;

const IP: &str = "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)";
const CIDR: &str = "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)";

/// Reads an address as the server once did: numbers may begin with zeros.
fn sloppy(word: &str) -> Option<IpAddr> {
    let plain = |part: &str| {
        let digits = !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
        digits
            .then(|| part.trim_start_matches('0').to_owned())
            .map(|p| if p.is_empty() { "0".into() } else { p })
    };
    if word.contains(':') {
        return word.parse().ok();
    }
    let parts: Option<Vec<String>> = word.split('.').map(plain).collect();
    parts?.join(".").parse().ok()
}

/// IsValidIPForLegacyField.
pub(super) fn ip(value: &Value, path: &Path, errors: &mut Errors) -> Option<IpAddr> {
    let Some(found) = sloppy(text(value)) else {
        invalid(value, IP, path, errors);
        return None;
    };
    if text(value).parse::<IpAddr>().is_err() {
        invalid(value, "must not have leading 0s", path, errors);
    }
    if matches!(found, IpAddr::V6(ip) if ip.to_ipv4_mapped().is_some()) {
        invalid(value, "must not be an IPv4-mapped IPv6 address", path, errors);
    }
    Some(found)
}

/// A range: its first address as bits (those of IPv4 first in a line of 128), the length of its prefix, and is it IPv4?
pub(super) type Range = (u128, u32, bool);

/// IsValidCIDRForLegacyField.
pub(super) fn range(value: &Value, path: &Path, errors: &mut Errors) -> Option<Range> {
    let found = text(value).split_once('/').and_then(|(address, length)| {
        let digits = !length.is_empty() && length.bytes().all(|b| b.is_ascii_digit());
        let bits = length.parse::<u32>().ok().filter(|_| digits)?;
        match sloppy(address)? {
            IpAddr::V4(ip) if bits <= 32 => Some((u128::from(u32::from(ip)) << 96, bits, true)),
            IpAddr::V6(ip) if bits <= 128 => Some((ip.into(), bits, false)),
            _ => None,
        }
    });
    let Some((bits, length, four)) = found else {
        invalid(value, CIDR, path, errors);
        return None;
    };
    let (address, digits) = text(value).split_once('/').expect("it was read");
    if address.parse::<IpAddr>().is_err() || (digits.len() > 1 && digits.starts_with('0')) {
        invalid(value, "must not have leading 0s in IP or prefix length", path, errors);
    } else if address
        .parse::<IpAddr>()
        .is_ok_and(|ip| matches!(ip, IpAddr::V6(ip) if ip.to_ipv4_mapped().is_some()))
    {
        invalid(value, "must not have an IPv4-mapped IPv6 address", path, errors);
    } else if bits.checked_shl(length).unwrap_or(0) != 0 {
        invalid(value, "must not have bits set beyond the prefix length", path, errors);
    }
    let first = bits.checked_shr(128 - length).unwrap_or(0).checked_shl(128 - length).unwrap_or(0);
    Some((first, length, four))
}

/// Does one range lie in another, and is smaller?
pub(super) fn is_strictly_inside(inner: Range, outer: Range) -> bool {
    let prefix = |bits: u128| bits.checked_shr(128 - outer.1).unwrap_or(0);
    inner.2 == outer.2 && inner.1 > outer.1 && prefix(inner.0) == prefix(outer.0)
}
