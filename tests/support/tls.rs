//! A server with TLS, on the loopback address.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;

const ANSWER: &[u8] =
    b"HTTP/1.1 200 Fein\r\nContent-Type: application/json\r\nContent-Length: 12\r\n\r\n{\"tls\":true}";

/// A connection as the server has it.
pub type TlsStream = rustls::StreamOwned<rustls::ServerConnection, TcpStream>;

/// A server with a certificate of an authority of its own, and the authority's certificate.
pub fn tls_server() -> (u16, String) {
    let (config, authority) = tls_config();
    (serve(config), authority)
}

/// The configuration of such a server.
pub fn tls_config() -> (rustls::ServerConfig, String) {
    let mut ca = rcgen::CertificateParams::new(Vec::new()).unwrap();
    ca.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    let ca_key = rcgen::KeyPair::generate().unwrap();
    let ca_certificate = ca.self_signed(&ca_key).unwrap();
    let issuer = rcgen::Issuer::new(ca, ca_key);
    let key = rcgen::KeyPair::generate().unwrap();
    let names = vec!["127.0.0.1".to_owned(), "api.test".to_owned()];
    let certificate = rcgen::CertificateParams::new(names).unwrap();
    let certificate = certificate.signed_by(&key, &issuer).unwrap();
    let key = rustls::pki_types::PrivateKeyDer::try_from(key.serialize_der()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], key)
        .unwrap();
    (config, ca_certificate.pem())
}

/// A server with that configuration, until the test ends.
pub fn serve(config: rustls::ServerConfig) -> u16 {
    serve_with(config, |stream| {
        let mut bytes = [0; 4096];
        if stream.read(&mut bytes).is_ok() {
            let _ = stream.write_all(ANSWER);
            stream.conn.send_close_notify();
            let _ = stream.flush();
        }
    })
}

/// The same, which hands each connection on, one after the other.
pub fn serve_with(
    config: rustls::ServerConfig,
    talk: impl Fn(&mut TlsStream) + Send + 'static,
) -> u16 {
    let config = Arc::new(config);
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let connection = rustls::ServerConnection::new(Arc::clone(&config)).unwrap();
            talk(&mut rustls::StreamOwned::new(connection, stream.unwrap()));
        }
    });
    port
}
