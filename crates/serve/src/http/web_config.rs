//! The web configuration file of Prometheus exporters: TLS, names and passwords, headers of answers. It is read again
//! when it has changed, as certificates do; one that is wrong then is told of, and the one before stays in force.

use std::collections::BTreeMap;
use std::fs::Metadata;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use hyper::header::{HeaderName, HeaderValue};
use serde::Deserialize;
use tokio_rustls::rustls::crypto::{CryptoProvider, ring};
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::server::WebPkiClientVerifier;
use tokio_rustls::rustls::server::danger::ClientCertVerifier;
use tokio_rustls::rustls::version::{TLS12, TLS13};
use tokio_rustls::rustls::{RootCertStore, ServerConfig, SupportedProtocolVersion};

use super::auth::Gate;

/// Whether the file has changed is looked at no more often.
const LOOK: Duration = Duration::from_secs(1);

/// Larger files are none.
const LARGEST: u64 = 1 << 20;

/// The file as it is written.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    tls_server_config: Option<Tls>,
    #[serde(default)]
    basic_auth_users: BTreeMap<String, String>,
    http_server_config: Option<Http>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Tls {
    cert_file: PathBuf,
    key_file: PathBuf,
    #[serde(default)]
    client_auth_type: ClientAuth,
    client_ca_file: Option<PathBuf>,
    #[serde(default)]
    min_version: Version,
    max_version: Option<Version>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Http {
    /// HTTP/1.1 is spoken with everybody, whatever stands here.
    #[serde(default, rename = "http2")]
    _http2: bool,
    #[serde(default)]
    headers: BTreeMap<String, String>,
}

/// Whether clients show certificates.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Deserialize)]
enum ClientAuth {
    #[default]
    #[serde(alias = "")]
    NoClientCert,
    VerifyClientCertIfGiven,
    RequireAndVerifyClientCert,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
enum Version {
    #[default]
    #[serde(rename = "TLS12")]
    Tls12,
    #[serde(rename = "TLS13")]
    Tls13,
}

/// The file cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("in the web configuration {}: {why}", path.display())]
pub struct WebConfigError {
    path: PathBuf,
    why: String,
}

/// What is in force.
#[derive(Clone)]
pub(super) struct Loaded {
    pub(super) tls: Option<Arc<ServerConfig>>,
    pub(super) gate: Arc<Gate>,
    pub(super) headers: Arc<[(HeaderName, HeaderValue)]>,
    /// The files that it comes from, and when each was written and how long it is.
    files: Vec<(PathBuf, Option<(SystemTime, u64)>)>,
}

/// The configuration, as it stands now.
pub struct WebConfig {
    path: Option<PathBuf>,
    current: Mutex<(Loaded, Instant)>,
    tell: fn(&str),
}

impl WebConfig {
    /// No encryption, and everybody may ask.
    pub fn none() -> Self {
        let loaded = Loaded {
            tls: None,
            gate: Arc::new(Gate::new(BTreeMap::new())),
            headers: [].into(),
            files: Vec::new(),
        };
        Self { path: None, current: Mutex::new((loaded, Instant::now())), tell: |_| {} }
    }

    /// The one of a file; `tell` tells what is wrong with it when it has changed.
    pub fn open(path: &Path, tell: fn(&str)) -> Result<Self, WebConfigError> {
        let loaded = load(path)?;
        Ok(Self { path: Some(path.to_owned()), current: Mutex::new((loaded, Instant::now())), tell })
    }

    /// Whether connections are encrypted.
    pub fn is_encrypted(&self) -> bool {
        self.current().tls.is_some()
    }

    pub(super) fn current(&self) -> Loaded {
        let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        let (loaded, looked) = &mut *current;
        if let Some(path) = self.path.as_deref().filter(|_| looked.elapsed() > LOOK) {
            *looked = Instant::now();
            let now = stamps(loaded.files.iter().map(|(path, _)| path.clone()));
            if now != loaded.files {
                // Whatever comes of it, it is told once.
                loaded.files = now;
                match load(path) {
                    Ok(new) => *loaded = new,
                    Err(error) => (self.tell)(&format!("{error}; what was in force stays so")),
                }
            }
        }
        loaded.clone()
    }
}

fn stamps(paths: impl Iterator<Item = PathBuf>) -> Vec<(PathBuf, Option<(SystemTime, u64)>)> {
    let stamp = |metadata: Metadata| Some((metadata.modified().ok()?, metadata.len()));
    paths.map(|path| (path.clone(), std::fs::metadata(path).ok().and_then(stamp))).collect()
}

fn load(path: &Path) -> Result<Loaded, WebConfigError> {
    let wrong = |why: String| WebConfigError { path: path.to_owned(), why };
    let text = read(path).map_err(wrong)?;
    // An empty file says nothing, and is one.
    let written: Option<Written> = match text.trim().is_empty() {
        true => None,
        false => serde_saphyr::from_str(&text).map_err(|error| wrong(first_line(&error.to_string())))?,
    };
    let Written { tls_server_config, basic_auth_users, http_server_config } = written.unwrap_or_default();
    for (name, hash) in &basic_auth_users {
        if hash.parse::<bcrypt::HashParts>().is_err() {
            return Err(wrong(format!("basic_auth_users: the password of {name:?} is no hash of bcrypt")));
        }
    }
    let beside = |file: &Path| path.parent().unwrap_or(Path::new(".")).join(file);
    let mut files = vec![path.to_owned()];
    let tls = match &tls_server_config {
        Some(tls) => {
            let named = [Some(&tls.cert_file), Some(&tls.key_file), tls.client_ca_file.as_ref()];
            files.extend(named.into_iter().flatten().map(|file| beside(file)));
            Some(encryption(tls, &beside).map_err(|why| wrong(format!("tls_server_config: {why}")))?)
        }
        None => None,
    };
    let mut headers = Vec::new();
    for (name, value) in http_server_config.unwrap_or_default().headers {
        let header = name.parse().ok().zip(value.parse().ok());
        headers.push(header.ok_or_else(|| wrong(format!("http_server_config: header {name:?} is none")))?);
    }
    Ok(Loaded {
        tls,
        gate: Arc::new(Gate::new(basic_auth_users)),
        headers: headers.into(),
        files: stamps(files.into_iter()),
    })
}

/// What is wrong, without the lines that show where.
fn first_line(said: &str) -> String {
    let line = said.lines().next().unwrap_or_default();
    line.strip_prefix("error: ").unwrap_or(line).to_owned()
}

fn read(path: &Path) -> Result<String, String> {
    let cannot = |error: io::Error| format!("{}: {error}", path.display());
    let metadata = std::fs::metadata(path).map_err(cannot)?;
    if metadata.len() > LARGEST {
        return Err(format!("{}: longer than a configuration or a certificate can be", path.display()));
    }
    std::fs::read_to_string(path).map_err(cannot)
}

fn encryption(tls: &Tls, beside: &dyn Fn(&Path) -> PathBuf) -> Result<Arc<ServerConfig>, String> {
    let provider = Arc::new(ring::default_provider());
    let chosen: Vec<&SupportedProtocolVersion> = [(Version::Tls12, &TLS12), (Version::Tls13, &TLS13)]
        .into_iter()
        .filter(|(version, _)| {
            *version >= tls.min_version && tls.max_version.is_none_or(|max| *version <= max)
        })
        .map(|(_, version)| version)
        .collect();
    if chosen.is_empty() {
        return Err("max_version is below min_version".to_owned());
    }
    let verifier = verifier(tls, beside, &provider)?;
    let certificates = certificates(&beside(&tls.cert_file))?;
    let path = beside(&tls.key_file);
    let key = PrivateKeyDer::from_pem_slice(read(&path)?.as_bytes())
        .map_err(|error| format!("{}: {error}", path.display()))?;
    let builder = ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(&chosen)
        .map_err(|error| error.to_string())?;
    let builder = match verifier {
        Some(verifier) => builder.with_client_cert_verifier(verifier),
        None => builder.with_no_client_auth(),
    };
    let mut config = builder.with_single_cert(certificates, key).map_err(|error| error.to_string())?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}

fn verifier(
    tls: &Tls,
    beside: &dyn Fn(&Path) -> PathBuf,
    provider: &Arc<CryptoProvider>,
) -> Result<Option<Arc<dyn ClientCertVerifier>>, String> {
    let authorities = match (tls.client_auth_type, &tls.client_ca_file) {
        (ClientAuth::NoClientCert, None) => return Ok(None),
        (ClientAuth::NoClientCert, Some(_)) => {
            return Err("client_ca_file needs a client_auth_type that verifies".to_owned());
        }
        (_, None) => return Err("client_auth_type needs a client_ca_file".to_owned()),
        (_, Some(file)) => beside(file),
    };
    let mut roots = RootCertStore::empty();
    for certificate in certificates(&authorities)? {
        roots.add(certificate).map_err(|error| format!("{}: {error}", authorities.display()))?;
    }
    let builder = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider.clone());
    let builder = match tls.client_auth_type {
        ClientAuth::VerifyClientCertIfGiven => builder.allow_unauthenticated(),
        _ => builder,
    };
    builder.build().map(Some).map_err(|error| error.to_string())
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, String> {
    let text = read(path)?;
    let read: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(text.as_bytes()).collect();
    match read {
        Ok(certificates) if certificates.is_empty() => {
            Err(format!("{}: no certificate in it", path.display()))
        }
        Ok(certificates) => Ok(certificates),
        Err(error) => Err(format!("{}: {error}", path.display())),
    }
}
