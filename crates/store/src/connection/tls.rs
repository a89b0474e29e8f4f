//! Encryption of the connection to a PostgreSQL server, and how the server's certificate is checked.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use risk_core::event::field::describe_text;
use rustls::client::WebPkiServerVerifier;
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::pem::{self, PemObject};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ClientConfig, RootCertStore};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::check::{Check, Checker};
use crate::error::StoreError;

/// How far a connection is protected, in libpq's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    /// Never encrypted.
    Disable,
    /// Encrypted if the server offers it.
    Prefer,
    /// Encrypted, whoever the server is.
    Require,
    /// And its certificate is of a known authority.
    VerifyCa,
    /// And it is for the host of the URL.
    VerifyFull,
}

const MODES: [(&str, Mode); 5] = [
    ("disable", Mode::Disable),
    ("prefer", Mode::Prefer),
    ("require", Mode::Require),
    ("verify-ca", Mode::VerifyCa),
    ("verify-full", Mode::VerifyFull),
];

/// Which authorities are trusted.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Roots {
    /// Those that the system trusts.
    System,
    /// Those of a PEM file.
    File(PathBuf),
}

/// How a connection is encrypted. The files are read for each connection anew, so that they may be replaced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Tls {
    pub(super) mode: Mode,
    roots: Roots,
    /// The client's certificate and its key.
    identity: Option<(PathBuf, PathBuf)>,
}

impl Tls {
    /// From the parameters `sslmode`, `sslrootcert`, `sslcert` and `sslkey`. `is_here`: the servers are all on this machine.
    ///
    /// Where no mode is named it is `verify-full`, as a password and cases go over the connection; but `prefer`, as libpq has
    /// it, on this machine, where there is no network to be protected from and a server seldom has a certificate.
    pub(super) fn new(
        mode: Option<&str>,
        roots: Option<&str>,
        identity: Option<(String, String)>,
        is_here: bool,
    ) -> Result<Self, StoreError> {
        let mode = match mode {
            Some(word) => MODES.into_iter().find(|(name, _)| *name == word).map(|(_, mode)| mode).ok_or_else(|| {
                let expected = "disable, prefer, require, verify-ca or verify-full";
                StoreError::argument("sslmode", expected, describe_text(word))
            })?,
            None if is_here && roots.is_none() => Mode::Prefer,
            None => Mode::VerifyFull,
        };
        let identity = identity.map(|(certificate, key)| (certificate.into(), key.into()));
        let roots_named = |path: &str| Roots::File(path.into());
        let (mode, roots) = match (mode, roots) {
            (_, Some("")) => return Err(StoreError::argument("sslrootcert", "a PEM file, or `system`", "nothing")),
            // Anybody can have a certificate of an authority that the system trusts.
            (Mode::VerifyFull, Some("system") | None) => (mode, Roots::System),
            (_, Some("system")) => {
                return Err(StoreError::argument("sslmode", "verify-full, as sslrootcert is `system`", "a weaker one"));
            }
            (Mode::VerifyCa, None) => {
                let expected = "sslrootcert=PATH with sslmode=verify-ca; or sslmode=verify-full, which can do with the \
                                authorities that the system trusts";
                return Err(StoreError::argument("sslrootcert", expected, "none"));
            }
            // As in libpq: who names an authority wants it to be asked.
            (Mode::Require, Some(path)) => (Mode::VerifyCa, roots_named(path)),
            (_, Some(path)) => (mode, roots_named(path)),
            (_, None) => (mode, Roots::System),
        };
        Ok(Self { mode, roots, identity })
    }

    /// What makes connections encrypted.
    pub(super) fn connector(&self) -> Result<MakeRustlsConnect, StoreError> {
        let provider = Arc::new(ring::default_provider());
        let (check, known) = match (self.mode, &self.roots) {
            (Mode::VerifyFull, roots) => (Check::Name, Some(roots)),
            (Mode::VerifyCa, roots) | (_, roots @ Roots::File(_)) => (Check::Authority, Some(roots)),
            (_, Roots::System) => (Check::Nothing, None),
        };
        let verifier = known.map(|roots| authorities(roots, &provider)).transpose()?;
        let (roots, verifier) = verifier.unzip();
        let checker = Checker::new(check, verifier, roots.unwrap_or_default(), &provider);
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|e| unusable("sslmode", "TLS 1.2 or 1.3", &e))?
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(checker));
        let mut config = match &self.identity {
            None => config.with_no_client_auth(),
            Some((certificate, key)) => {
                must_be_private(key)?;
                let chain = certificates("sslcert", certificate)?;
                let secret = PrivateKeyDer::from_pem_file(key).map_err(|e| unreadable("sslkey", key, &e))?;
                let wrong = |e| unusable("sslkey", "the key of the certificate in `sslcert`", &e);
                config.with_client_auth_cert(chain, secret).map_err(wrong)?
            }
        };
        config.alpn_protocols = vec![b"postgresql".to_vec()];
        Ok(MakeRustlsConnect::new(config))
    }
}

/// The certificates of the authorities that are trusted, and what checks others against them.
fn authorities(
    roots: &Roots,
    provider: &Arc<CryptoProvider>,
) -> Result<(Vec<CertificateDer<'static>>, Arc<WebPkiServerVerifier>), StoreError> {
    const FIELD: &str = "sslrootcert";
    let mut store = RootCertStore::empty();
    let certificates = match roots {
        // What the system trusts and this library cannot read is left out; the others hold as well without it.
        Roots::System => {
            let found = rustls_native_certs::load_native_certs();
            store.add_parsable_certificates(found.certs);
            if store.is_empty() {
                let why = found.errors.first().map_or_else(|| "none".to_owned(), ToString::to_string);
                return Err(StoreError::argument(FIELD, "certificates of authorities on this system", why));
            }
            vec![]
        }
        Roots::File(path) => {
            let certificates = certificates(FIELD, path)?;
            for one in &certificates {
                store.add(one.clone()).map_err(|e| unusable(FIELD, "certificates of authorities", &e))?;
            }
            certificates
        }
    };
    let verifier = WebPkiServerVerifier::builder_with_provider(store.into(), provider.clone()).build();
    Ok((certificates, verifier.map_err(|e| unusable(FIELD, "certificates of authorities", &e))?))
}

/// The certificates of a PEM file, of which there must be one.
fn certificates(field: &'static str, path: &Path) -> Result<Vec<CertificateDer<'static>>, StoreError> {
    let all: Result<Vec<_>, _> = CertificateDer::pem_file_iter(path).and_then(Iterator::collect);
    let all = all.map_err(|e| unreadable(field, path, &e))?;
    if all.is_empty() {
        return Err(unreadable(field, path, &pem::Error::NoItemsFound));
    }
    Ok(all)
}

/// Refuses a key that others on this machine may read, as libpq does.
fn must_be_private(key: &Path) -> Result<(), StoreError> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        let about = key.metadata().map_err(|e| unreadable("sslkey", key, &pem::Error::Io(e)))?;
        // A key of root's may be lent to a group.
        let forbidden = if about.uid() == 0 { 0o027 } else { 0o077 };
        if about.mode() & forbidden != 0 {
            let found = format!("{}, which others may read (chmod 600)", key.display());
            return Err(StoreError::argument("sslkey", "a file that its owner alone may read", found));
        }
    }
    #[cfg(not(unix))]
    let _ = key;
    Ok(())
}

fn unreadable(field: &'static str, path: &Path, e: &pem::Error) -> StoreError {
    let why = match e {
        pem::Error::Io(e) => e.to_string(),
        pem::Error::NoItemsFound => "nothing of the sort in it".to_owned(),
        other => other.to_string(),
    };
    StoreError::argument(field, "a PEM file", format!("{}: {why}", path.display()))
}

fn unusable(field: &'static str, expected: &str, e: &dyn std::error::Error) -> StoreError {
    StoreError::argument(field, expected, e.to_string())
}
