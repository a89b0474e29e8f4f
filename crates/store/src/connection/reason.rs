//! The cause of a database error, in one sentence.

use std::error::Error;
use std::io;

use postgres::error::DbError;
use rustls::{AlertDescription as Alert, CertificateError as Wrong};

/// The cause behind an error, as a person may read it; without control characters, as a server may say anything.
pub(crate) fn reason(error: &(dyn Error + 'static)) -> String {
    let mut error = error;
    while let Some(cause) = cause(error) {
        error = cause;
    }
    let said = if let Some(server) = error.downcast_ref::<DbError>() {
        of_server(server)
    } else if let Some(tls) = error.downcast_ref::<rustls::Error>() {
        of_tls(tls)
    } else {
        of_others(&error.to_string())
    };
    said.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// What is behind an error. A cause of an `io::Error` is not its source, but in it; behind what SQLite says is only its number.
fn cause<'e>(error: &'e (dyn Error + 'static)) -> Option<&'e (dyn Error + 'static)> {
    if error.is::<rusqlite::Error>() {
        return None;
    }
    let inner = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
    inner.map(|inner| -> &'e (dyn Error + 'static) { inner }).or_else(|| error.source())
}

fn of_server(error: &DbError) -> String {
    let said = format!("the server says: {} ({})", error.message(), error.code().code());
    if error.message().contains("no encryption") || error.message().contains("SSL required") {
        format!("{said}; it may want an encrypted connection: sslmode=verify-full")
    } else {
        said
    }
}

fn of_others(said: &str) -> String {
    if said == "server does not support TLS" {
        return "the server offers no encryption; sslmode=disable connects without, and what is sent can be read on the way"
            .to_owned();
    }
    let said = said.split(" (os error").next().unwrap_or(said);
    let mut letters = said.chars();
    letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}

fn of_tls(error: &rustls::Error) -> String {
    use rustls::Error as E;
    match error {
        E::InvalidCertificate(wrong) => of_certificate(wrong),
        E::AlertReceived(Alert::CertificateRequired) => {
            "the server wants a certificate of the client: sslcert and sslkey".to_owned()
        }
        E::AlertReceived(alert) => format!("the server ended the TLS handshake: {alert:?}"),
        other => format!("TLS: {other}"),
    }
}

/// The names of a certificate, each of which comes as `DnsName("…")` or the like.
fn names(presented: &[String]) -> String {
    let one = |name: &String| name.split('"').nth(1).unwrap_or(name).to_owned();
    presented.iter().map(one).collect::<Vec<_>>().join(", ")
}

fn of_certificate(wrong: &Wrong) -> String {
    match wrong {
        Wrong::Expired | Wrong::ExpiredContext { .. } => "the server's certificate has expired".to_owned(),
        Wrong::NotValidYet | Wrong::NotValidYetContext { .. } => {
            "the server's certificate is not valid yet; is this machine's clock right?".to_owned()
        }
        Wrong::UnknownIssuer => "the server's certificate is of an authority that is not trusted; \
                                 sslrootcert=PATH names the file of one that is"
            .to_owned(),
        Wrong::NotValidForNameContext { expected, presented } => format!(
            "the server's certificate is not for {}, but for {}",
            expected.to_str(),
            if presented.is_empty() { "no host (it has no subjectAltName)".to_owned() } else { names(presented) },
        ),
        Wrong::NotValidForName => "the server's certificate is for another host".to_owned(),
        Wrong::BadSignature => "the server's certificate is not signed by the authority that it names".to_owned(),
        Wrong::BadEncoding => "the server's certificate cannot be read".to_owned(),
        // A server's own certificate that is one of an authority too, and that was not named.
        Wrong::Other(other) if other.0.to_string() == "CaUsedAsEndEntity" => of_certificate(&Wrong::UnknownIssuer),
        Wrong::Other(other) => format!("the server's certificate is refused: {other}"),
        other => format!("the server's certificate is refused: {other}"),
    }
}
