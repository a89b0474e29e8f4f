//! Hosts that a message may point to. Anybody who can write to the queue can write an address into a message; whoever fetches it with a
//! token of the service gives them the token.

use std::collections::BTreeSet;

use risk_core::event::field::describe_text;
use url::{Host, Url};

/// The hosts from which the service fetches with its credentials, as it names them itself; none, unless it does.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hosts(BTreeSet<String>);

/// A name that is none of a host.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected the name of a host, such as oasys.example.com, found {found}")]
pub struct NoHost {
    /// What was found.
    pub found: String,
}

impl Hosts {
    /// These hosts, each by its whole name.
    ///
    /// # Errors
    /// [`NoHost`] for anything else: an address, a pattern, a part of a name.
    pub fn new<T: AsRef<str>>(names: impl IntoIterator<Item = T>) -> Result<Self, NoHost> {
        let host = |name: T| {
            let refused = || NoHost { found: describe_text(name.as_ref()) };
            let plain = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-');
            let host = Host::parse(name.as_ref()).ok().filter(|_| name.as_ref().chars().all(plain));
            host.map(|host| host.to_string()).ok_or_else(refused)
        };
        names.into_iter().map(host).collect::<Result<_, _>>().map(Self)
    }

    /// Whether an address is on one of them: over TLS, at the usual port, and without a name or a password in it.
    #[must_use]
    pub fn allow(&self, address: &str) -> bool {
        let Ok(url) = Url::parse(address) else { return false };
        let is_plain =
            url.scheme() == "https" && url.port().is_none() && url.username().is_empty() && url.password().is_none();
        // What a parser passes over, another might not.
        let is_visible = address.chars().all(|c| c.is_ascii_graphic() && c != '\\');
        is_plain && is_visible && url.host_str().is_some_and(|host| self.0.contains(host))
    }
}

#[cfg(test)]
mod tests {
    use super::Hosts;

    #[test]
    fn an_address_is_allowed_on_a_host_that_was_named_and_on_no_other() {
        let hosts = Hosts::new(["OASys.example.com", "delius.example.com"]).unwrap();
        for fine in
            ["https://oasys.example.com/a?b=c#d", "https://OASYS.EXAMPLE.COM", "https://delius.example.com:443/a"]
        {
            assert!(hosts.allow(fine), "{fine}");
        }
        for other in [
            "http://oasys.example.com/a",
            "https://oasys.example.com:8443/a",
            "https://oasys.example.com.evil.invalid/a",
            "https://evil.invalid/oasys.example.com",
            "https://oasys.example.com@evil.invalid/a",
            "https://evil.invalid\\@oasys.example.com/a",
            "https://evil.invalid#@oasys.example.com",
            "https://user@oasys.example.com/a",
            "https://:secret@oasys.example.com/a",
            "https://sub.oasys.example.com/a",
            "https://oasys.example.com./a",
            "https://oasys\u{ad}.example.com/a",
            "https://oasys.example.com/a\n",
            "//oasys.example.com/a",
            "javascript:alert(1)",
            "file:///etc/passwd",
            "oasys.example.com",
            "",
        ] {
            assert!(!hosts.allow(other), "{other}");
        }
        assert!(!Hosts::default().allow("https://oasys.example.com/a"), "without names no host is");
        for none in ["*.example.com", "https://oasys.example.com", "oasys.example.com/a", "", "a:443", "a b"] {
            assert!(Hosts::new([none]).is_err(), "{none}");
        }
    }
}
