//! The hosts from which a service of the host's may fetch, with its credentials, what a message points to.
//!
//! A message comes from outside, and so does the address in it. Only an address that every reader of addresses reads alike is ever
//! on the list: `https`, a host of the list, no user, no other characters than an address may have.

use std::collections::BTreeSet;

use crate::report::{Detail, shown};

/// A list of hosts; empty, it lists none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DetailHosts(BTreeSet<String>);

/// A host that cannot be listed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "the host {host}: expected a name, with a port if it is another than 443, such as oasys.example.com or localhost:8443"
)]
pub struct DetailHostError {
    /// Which.
    pub host: String,
}

/// The port of `https`.
const PORT: &str = ":443";

impl DetailHosts {
    /// The hosts of a list: `oasys.example.com`, or with a port `oasys.example.com:8443`. Each matches itself only, and not
    /// the hosts below it.
    ///
    /// # Errors
    /// [`DetailHostError`] for what is no host.
    pub fn new<S: AsRef<str>>(hosts: impl IntoIterator<Item = S>) -> Result<Self, DetailHostError> {
        let each = hosts.into_iter().map(|host| {
            let host = host.as_ref();
            authority(host).ok_or_else(|| DetailHostError { host: shown(host) })
        });
        each.collect::<Result<_, _>>().map(Self)
    }

    /// What a report says of an address.
    #[must_use]
    pub fn detail(&self, url: &str) -> Detail {
        Detail { detail_url: shown(url), detail_url_listed: self.lists(url) }
    }

    /// Whether an address is one of a listed host.
    #[must_use]
    pub fn lists(&self, url: &str) -> bool {
        let plain = url.bytes().all(|b| {
            b.is_ascii_graphic() && !matches!(b, b'\\' | b'"' | b'<' | b'>' | b'^' | b'`' | b'{' | b'|' | b'}')
        });
        let https =
            url.split_at_checked("https://".len()).filter(|(scheme, _)| scheme.eq_ignore_ascii_case("https://"));
        let host = https.and_then(|(_, rest)| authority(rest.split(['/', '?', '#']).next()?));
        plain && host.is_some_and(|host| self.0.contains(&host))
    }
}

/// A host with its port, in the one form in which it is compared.
fn authority(text: &str) -> Option<String> {
    let text = text.to_ascii_lowercase();
    let text = text.strip_suffix(PORT).unwrap_or(&text);
    let (host, port) = text.split_once(':').map_or((text, None), |(host, port)| (host, Some(port)));
    let label =
        |label: &str| !label.is_empty() && label.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'));
    let is_port = |port: &str| port.parse::<u16>().is_ok_and(|n| n.to_string() == port);
    (host.split('.').all(label) && port.is_none_or(is_port)).then(|| text.to_owned())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that fails says so")]
mod tests {
    use super::*;

    #[test]
    fn only_an_address_that_all_read_alike_is_of_a_listed_host() {
        let hosts =
            DetailHosts::new(["oasys.example.com", "Delius.example.com:8443", "third.example.com:443"]).unwrap();
        for url in [
            "https://oasys.example.com/eor/1?a=b#c",
            "HTTPS://OASYS.example.com:443/eor",
            "https://oasys.example.com",
            "https://oasys.example.com?x=@y",
            "https://delius.example.com:8443/x",
            "https://third.example.com/",
        ] {
            assert!(hosts.lists(url), "{url}");
        }
        for url in [
            "http://oasys.example.com/",
            "https://oasys.example.com:8443/",
            "https://delius.example.com/",
            "https://evil.example/?https://oasys.example.com/",
            "https://oasys.example.com.evil.example/",
            "https://sub.oasys.example.com/",
            "https://oasys.example.com@evil.example/",
            "https://evil.example\\@oasys.example.com/",
            "https://oasys.example.com\\@evil.example/",
            "https://user:secret@oasys.example.com/",
            "https://oasys.example.com./",
            "https://oasys.example.com:/",
            "https://oasys.example.com:0443/",
            "https:/oasys.example.com/",
            "//oasys.example.com/",
            "https://oasys.example.com/a b",
            "https://oasys.example.com/\u{202e}",
            "https://oasys.example.com/\u{1b}[2J",
            "https://oasys。example.com/",
            "ftp://oasys.example.com/",
            "javascript://oasys.example.com/%0aalert(1)",
            "file:///etc/passwd",
            "",
        ] {
            assert!(!hosts.lists(url), "{url}");
        }
        assert!(!DetailHosts::default().lists("https://oasys.example.com/"));
    }

    #[test]
    fn a_list_holds_hosts_and_nothing_else() {
        for host in [
            "",
            "https://oasys.example.com",
            "oasys.example.com/",
            "*.example.com",
            "a b",
            "host:port",
            "host:99999",
            "user@host",
        ] {
            assert!(DetailHosts::new([host]).is_err(), "{host}");
        }
    }
}
