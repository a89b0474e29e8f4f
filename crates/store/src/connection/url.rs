//! The URL of a PostgreSQL database, as libpq reads it: `postgres://USER:PASSWORD@HOST:PORT,HOST:PORT/DATABASE?NAME=VALUE&…`.
//!
//! No error repeats a part in which a password may lie.

use percent_encoding::percent_decode_str;
use postgres::Config;
use risk_core::event::field::{describe_text, nearest};

use super::schema;
use super::tls::Tls;
use crate::error::StoreError;

/// The beginnings of a URL of a database.
const SCHEMES: [&str; 2] = ["postgres://", "postgresql://"];
const DEFAULT_PORT: &str = "5432";

/// The parameters that the PostgreSQL client reads itself.
const OF_THE_CLIENT: [&str; 13] = [
    "user",
    "password",
    "dbname",
    "application_name",
    "connect_timeout",
    "tcp_user_timeout",
    "keepalives",
    "keepalives_idle",
    "keepalives_interval",
    "keepalives_retries",
    "target_session_attrs",
    "channel_binding",
    "sslnegotiation",
];
/// The parameters that are read here.
const READ_HERE: [&str; 8] = ["host", "hostaddr", "port", "options", "sslmode", "sslrootcert", "sslcert", "sslkey"];
/// What other programs call these parameters, in lower case.
const CALLED_ELSEWHERE: [(&str, &str); 10] = [
    ("ssl", "sslmode"),
    ("tls", "sslmode"),
    ("sslca", "sslrootcert"),
    ("username", "user"),
    ("database", "dbname"),
    ("schema", "options=-csearch_path%3DSCHEMA"),
    ("currentschema", "options=-csearch_path%3DSCHEMA"),
    ("search_path", "options=-csearch_path%3DSCHEMA"),
    ("keepalives_count", "keepalives_retries"),
    ("connecttimeout", "connect_timeout"),
];

/// A database on one of several servers.
#[derive(Debug, Clone)]
pub(crate) struct Server {
    /// Tried in this order.
    pub(super) hosts: Vec<Host>,
    pub(super) tls: Tls,
    /// The schema that the URL names by `options=-csearch_path=…`.
    pub(super) schema: Option<String>,
}

/// One server.
#[derive(Debug, Clone)]
pub(super) struct Host {
    /// As errors name it: host and port, or the socket.
    pub(super) name: String,
    pub(super) is_socket: bool,
    pub(super) config: Config,
}

/// Whether a place is a URL of a database.
pub(super) fn is_url(place: &str) -> bool {
    SCHEMES.iter().any(|scheme| place.starts_with(scheme))
}

/// The scheme of a URL of something else: what follows it may be a password, and no folder has such a name.
pub(super) fn other_scheme(place: &str) -> Option<&str> {
    let (scheme, _) = place.split_once("://")?;
    let plain = |c: char| c.is_ascii_alphanumeric() || "+.-".contains(c);
    (scheme.starts_with(|c: char| c.is_ascii_alphabetic()) && scheme.chars().all(plain)).then_some(scheme)
}

impl Server {
    pub(super) fn parse(url: &str) -> Result<Self, StoreError> {
        let mut parameters = Parameters::parse(url)?;
        let (path, others) = match parameters.take("options") {
            Some(options) => schema::of_options(&options)?,
            None => (None, String::new()),
        };
        let hosts = parameters.take("host").unwrap_or_default();
        let addresses = parameters.take("hostaddr").unwrap_or_default();
        let ports = parameters.take("port").unwrap_or_default();
        let addresses = list(&addresses);
        let names = if hosts.is_empty() { addresses.clone() } else { list(&hosts) };
        let ports = list(&ports);
        if names.is_empty() || names.contains(&"") {
            let found = "a URL without one, or with an empty one";
            return Err(StoreError::argument("host", "a host, or the folder of the server's socket", found));
        }
        must_match("hostaddr", names.len(), addresses.len(), 0)?;
        must_match("port", names.len(), ports.len(), 1)?;
        let is_local = |name: &str| name.starts_with('/') || name == "localhost" || is_loopback(name);
        let is_here = names.iter().all(|name| is_local(name));
        let mut take = |name| parameters.take(name);
        let (mode, roots) = (take("sslmode"), take("sslrootcert"));
        let tls = Tls::new(mode.as_deref(), roots.as_deref(), both(take("sslcert"), take("sslkey"))?, is_here)?;
        let common = parameters.into_config(&others)?;
        let one = |(i, name): (usize, &&str)| {
            let port = ports.get(i).or(ports.first()).filter(|p| !p.is_empty()).unwrap_or(&DEFAULT_PORT);
            Host::new(name, addresses.get(i).copied(), port, &common)
        };
        Ok(Self { hosts: names.iter().enumerate().map(one).collect::<Result<_, _>>()?, tls, schema: path })
    }
}

impl Host {
    fn new(name: &str, address: Option<&str>, port: &str, common: &Config) -> Result<Self, StoreError> {
        let mut config = common.clone();
        let number: u16 =
            port.parse().map_err(|_| StoreError::argument("port", "a number up to 65535", "another text"))?;
        config.port(number).host(name);
        if let Some(address) = address.filter(|a| !a.is_empty()) {
            let wrong = |_| StoreError::argument("hostaddr", "an IP address", describe_text(address));
            config.hostaddr(address.parse().map_err(wrong)?);
        }
        let is_socket = name.starts_with('/');
        let name = if is_socket {
            format!("{name}/.s.PGSQL.{number}")
        } else if name.contains(':') {
            format!("[{name}]:{number}")
        } else {
            format!("{name}:{number}")
        };
        Ok(Self { name, is_socket, config })
    }
}

/// Two parameters of which neither goes without the other.
fn both(certificate: Option<String>, key: Option<String>) -> Result<Option<(String, String)>, StoreError> {
    match (certificate, key) {
        (Some(certificate), Some(key)) => Ok(Some((certificate, key))),
        (None, None) => Ok(None),
        (Some(_), None) => Err(StoreError::argument("sslkey", "the key that belongs to `sslcert`", "none")),
        (None, Some(_)) => Err(StoreError::argument("sslcert", "the certificate that belongs to `sslkey`", "none")),
    }
}

fn list(text: &str) -> Vec<&str> {
    if text.is_empty() { vec![] } else { text.split(',').collect() }
}

fn is_loopback(name: &str) -> bool {
    name.parse().is_ok_and(|address: std::net::IpAddr| address.is_loopback())
}

/// Lists that go with the hosts have one item for each, or none; `also` is another length that is allowed.
fn must_match(field: &'static str, hosts: usize, items: usize, also: usize) -> Result<(), StoreError> {
    if items == hosts || items == also || items == 0 {
        return Ok(());
    }
    Err(StoreError::argument(field, format!("one for each of {hosts} hosts"), items.to_string()))
}

/// What a URL says, by name, in its order.
struct Parameters(Vec<(String, String)>);

impl Parameters {
    fn parse(url: &str) -> Result<Self, StoreError> {
        let address = SCHEMES.iter().find_map(|scheme| url.strip_prefix(scheme)).unwrap_or(url);
        let (address, query) = address.split_once('?').unwrap_or((address, ""));
        let (authority, database) = address.split_once('/').unwrap_or((address, ""));
        // A password that holds these characters as they are would be taken for something else, and shown.
        if query.contains('@') || database.contains(['@', '/']) || authority.matches('@').count() > 1 {
            return Err(unreadable("one of these characters where it cannot be"));
        }
        let mut all = Self(Vec::new());
        let (user, hosts) = authority.split_once('@').unwrap_or(("", authority));
        let (user, password) = user.split_once(':').map_or((user, None), |(user, password)| (user, Some(password)));
        let (hosts, ports) = hosts_and_ports(hosts)?;
        for (name, value) in [("user", user), ("password", password.unwrap_or_default()), ("dbname", database)] {
            all.add_given(name, decoded(value)?)?;
        }
        all.add_given("host", hosts)?;
        all.add_given("port", ports)?;
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').ok_or_else(|| unreadable("a parameter without `=`"))?;
            let name = decoded(name)?;
            if !READ_HERE.contains(&name.as_str()) && !OF_THE_CLIENT.contains(&name.as_str()) {
                return Err(unknown(&name));
            }
            all.add(&name, decoded(value)?)?;
        }
        Ok(all)
    }

    /// Adds what the part of the URL before `?` says; there, an empty text is none.
    fn add_given(&mut self, name: &str, value: String) -> Result<(), StoreError> {
        if value.is_empty() { Ok(()) } else { self.add(name, value) }
    }

    fn add(&mut self, name: &str, value: String) -> Result<(), StoreError> {
        if self.0.iter().any(|(n, _)| n == name) {
            return Err(StoreError::argument("store", format!("`{name}` once in the URL"), "it twice"));
        }
        self.0.push((name.to_owned(), value));
        Ok(())
    }

    fn take(&mut self, name: &str) -> Option<String> {
        let at = self.0.iter().position(|(n, _)| n == name)?;
        Some(self.0.remove(at).1)
    }

    /// The client's own settings, from what is left.
    fn into_config(self, options: &str) -> Result<Config, StoreError> {
        let mut text = String::from("application_name=risk-store connect_timeout=10");
        for (name, value) in self.0 {
            let one = format!(" {name}='{}'", value.replace('\\', "\\\\").replace('\'', "\\'"));
            let field = OF_THE_CLIENT.into_iter().find(|known| *known == name).unwrap_or("store");
            let wrong = |_| StoreError::argument(field, "a value that libpq has for it", "another");
            one.parse::<Config>().map_err(wrong)?;
            text.push_str(&one);
        }
        let mut config: Config = text.parse().map_err(|_| unreadable("another URL"))?;
        if !options.is_empty() {
            config.options(options);
        }
        Ok(config)
    }
}

/// The hosts of a URL and their ports, each as a list; no ports where none is named.
fn hosts_and_ports(authority: &str) -> Result<(String, String), StoreError> {
    let one = |host: &str| {
        let (name, port) = match host.strip_prefix('[').and_then(|v6| v6.split_once(']')) {
            Some((name, port)) if port.is_empty() || port.starts_with(':') => (name, port.trim_start_matches(':')),
            Some(_) => return Err(unreadable("something behind the `]` of an address")),
            None if host.contains(['[', ']']) => return Err(unreadable("a `[` or `]` that encloses no address")),
            None => host.split_once(':').unwrap_or((host, "")),
        };
        if !port.chars().all(|c| c.is_ascii_digit()) {
            return Err(unreadable("a port that is no number"));
        }
        Ok((decoded(name)?, port.to_owned()))
    };
    let (names, ports): (Vec<_>, Vec<_>) =
        authority.split(',').map(one).collect::<Result<Vec<_>, _>>()?.into_iter().unzip();
    let named = ports.iter().any(|port| !port.is_empty());
    Ok((names.join(","), if named { ports.join(",") } else { String::new() }))
}

/// A part of a URL without its percent signs.
fn decoded(part: &str) -> Result<String, StoreError> {
    let is_code =
        |code: &str| code.get(..2).is_some_and(|two| two.chars().all(|c| c.is_ascii_hexdigit()) && two != "00");
    if !part.split('%').skip(1).all(is_code) {
        return Err(unreadable("a `%` without the two digits of a character behind it"));
    }
    let text = percent_decode_str(part).decode_utf8().map_err(|_| unreadable("a character that is not UTF-8"))?;
    Ok(text.into_owned())
}

fn unreadable(found: &str) -> StoreError {
    let expected = "postgres://USER@HOST/DATABASE, as libpq reads it, with %25 for a % of a name or a password, \
                    %40 for @, %3A for :, %2F for / and %3F for ?";
    StoreError::argument("store", expected, found)
}

fn unknown(name: &str) -> StoreError {
    let known: Vec<&str> = READ_HERE.into_iter().chain(OF_THE_CLIENT).collect();
    let lower = name.to_lowercase();
    let elsewhere = CALLED_ELSEWHERE.into_iter().find(|(other, _)| *other == lower).map(|(_, here)| here);
    let expected = match elsewhere.or_else(|| nearest(&known, &lower)) {
        Some(near) => format!("a parameter that docs/store.md lists, nearest `{near}`"),
        None => "a parameter that docs/store.md lists".to_owned(),
    };
    StoreError::argument("store", expected, format!("the parameter {}", describe_text(name)))
}
