//! TLS: the certificate and its key from two files, looked at again while the server runs, so that a
//! renewed certificate needs no restart.

use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use sha2::{Digest, Sha256};
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::server::{ClientHello, ResolvesServerCert};
use tokio_rustls::rustls::sign::CertifiedKey;
use tokio_rustls::rustls::{Error, InconsistentKeys, ServerConfig};
use tokio_rustls::server::TlsStream;
use zeroize::Zeroizing;

use crate::failure::Failure;

/// Between two looks at the files.
const EVERY: Duration = Duration::from_secs(5);

/// What a connection needs to speak TLS. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Tls {
    acceptor: TlsAcceptor,
    current: Arc<Current>,
    files: Arc<Files>,
}

/// The certificate that is shown, which may change.
#[derive(Debug)]
struct Current(RwLock<Arc<CertifiedKey>>);

impl ResolvesServerCert for Current {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let current = self.0.read().unwrap_or_else(PoisonError::into_inner);
        Some(Arc::clone(&current))
    }
}

/// Where certificate and key are.
struct Files {
    certificate: PathBuf,
    key: PathBuf,
}

/// What was read: the pair, and a hash by which a change is seen.
struct Read {
    pair: CertifiedKey,
    seen: [u8; 32],
}

impl Files {
    /// Reads both, or says in a sentence what is wrong. The files hold a private key, so no error says
    /// more about what is in them.
    fn read(&self) -> Result<Read, String> {
        let open = |path: &Path| {
            let read = std::fs::read(path);
            read.map_err(|error| format!("cannot read {}: {error}", path.display()))
        };
        let certificate = open(&self.certificate)?;
        let key = Zeroizing::new(open(&self.key)?);
        let seen = Sha256::new()
            .chain_update(&certificate)
            .chain_update(&*key)
            .finalize();
        let chain: Vec<_> = CertificateDer::pem_slice_iter(&certificate)
            .collect::<Result<_, _>>()
            .unwrap_or_default();
        if chain.is_empty() {
            let path = self.certificate.display();
            return Err(format!("{path} holds no certificate in PEM"));
        }
        let no_key = || {
            format!(
                "{} holds no private key in PEM that can be used",
                self.key.display()
            )
        };
        let key = PrivateKeyDer::from_pem_slice(&key).map_err(|_| no_key())?;
        let key = ring::sign::any_supported_type(&key).map_err(|_| no_key())?;
        let pair = CertifiedKey::new(chain, key);
        match pair.keys_match() {
            Err(Error::InconsistentKeys(InconsistentKeys::KeyMismatch)) => Err(format!(
                "the key in {} is not the one of the certificate in {}",
                self.key.display(),
                self.certificate.display()
            )),
            Err(Error::InvalidCertificate(_)) => Err(format!(
                "the certificate in {} cannot be read",
                self.certificate.display()
            )),
            // That it cannot be compared does not speak against it.
            _ => Ok(Read {
                pair,
                seen: seen.into(),
            }),
        }
    }
}

impl Tls {
    /// With the certificate and the key of these files.
    pub(crate) fn of(certificate: PathBuf, key: PathBuf) -> Result<(Self, Renewal), Failure> {
        let files = Arc::new(Files { certificate, key });
        let Read { pair, seen } = files.read().map_err(Failure::failed)?;
        let current = Arc::new(Current(RwLock::new(Arc::new(pair))));
        let resolver: Arc<dyn ResolvesServerCert> = current.clone();
        let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(|error| Failure::failed(format!("cannot speak TLS: {error}")))?
            .with_no_client_auth()
            .with_cert_resolver(resolver);
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        let tls = Self {
            acceptor: TlsAcceptor::from(Arc::new(config)),
            current,
            files,
        };
        let renewal = Renewal {
            tls: tls.clone(),
            seen,
        };
        Ok((tls, renewal))
    }

    /// The beginning of a connection.
    pub(crate) async fn accept(&self, stream: TcpStream) -> std::io::Result<TlsStream<TcpStream>> {
        self.acceptor.accept(stream).await
    }
}

/// Looks at the files now and then.
pub(crate) struct Renewal {
    tls: Tls,
    seen: [u8; 32],
}

impl Renewal {
    /// For as long as the server runs. Files that make no sense, as halfway through a renewal, leave the
    /// certificate as it is.
    pub(crate) async fn keep(mut self) {
        let mut complained = false;
        loop {
            tokio::time::sleep(EVERY).await;
            let files = Arc::clone(&self.tls.files);
            let read = tokio::task::spawn_blocking(move || files.read()).await;
            match read {
                Ok(Ok(read)) if read.seen != self.seen => {
                    self.seen = read.seen;
                    let current = self.tls.current.0.write();
                    *current.unwrap_or_else(PoisonError::into_inner) = Arc::new(read.pair);
                    complained = false;
                    tracing::info!("the TLS certificate was renewed");
                }
                Ok(Err(reason)) if !complained => {
                    complained = true;
                    tracing::warn!(reason, "the TLS certificate stays as it is");
                }
                _ => {}
            }
        }
    }
}
