//! Certificates that do not do, and what to do about them.

use std::sync::Arc;

use apidocs::capture::Captured;
use rustls::pki_types::PrivateKeyDer;
use rustls::server::WebPkiClientVerifier;

use crate::support::{Project, broken, get};
use crate::tls::{serve, tls_server};

/// A certificate that signed itself; whether it is that of an authority.
fn signs_itself(names: &[&str], authority: bool) -> (rcgen::Certificate, PrivateKeyDer<'static>) {
    let names: Vec<_> = names.iter().map(ToString::to_string).collect();
    let mut params = rcgen::CertificateParams::new(names).unwrap();
    if authority {
        params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    }
    let key = rcgen::KeyPair::generate().unwrap();
    let certificate = params.self_signed(&key).unwrap();
    (certificate, key.serialize_der().try_into().unwrap())
}

/// A server with a certificate; it may ask its clients for one that itself signed.
fn server(certificate: &rcgen::Certificate, key: PrivateKeyDer<'static>, asks: bool) -> u16 {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = rustls::ServerConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .unwrap();
    let builder = if asks {
        let mut roots = rustls::RootCertStore::empty();
        roots.add(certificate.der().clone()).unwrap();
        let verifier =
            WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider).build();
        builder.with_client_cert_verifier(verifier.unwrap())
    } else {
        builder.with_no_client_auth()
    };
    let chain = vec![certificate.der().clone()];
    serve(builder.with_single_cert(chain, key).unwrap())
}

/// What is told of a server where that authority is trusted, and what to do.
fn told(port: u16, authority: Option<&str>) -> (String, String) {
    let mut settings = format!("base_url = 'https://127.0.0.1:{port}'\ntimeout = '5s'");
    if authority.is_some() {
        settings.push_str("\ncacert = 'ca.pem'");
    }
    let mut project = Project::new(&settings);
    if let Some(authority) = authority {
        std::fs::write(project.path().join("ca.pem"), authority).unwrap();
    }
    let captured: Captured = project.run_one(get());
    let help = captured
        .broken()
        .next()
        .and_then(|error| error.help.clone());
    (broken(&captured), help.unwrap_or_default())
}

#[test]
fn an_authority_that_nobody_named() {
    let (port, _) = tls_server();
    let (message, help) = told(port, None);
    assert!(
        message.ends_with("is not trusted: no public authority signed it"),
        "{message}"
    );
    assert!(
        help.contains("`cacert` in apidocs.toml, or --cacert"),
        "{help}"
    );
    let (_, other) = tls_server();
    let (message, help) = told(port, Some(&other));
    assert!(
        message.ends_with("no authority in the file of `cacert` signed it"),
        "{message}"
    );
    assert!(help.contains("name the authority of this server"), "{help}");
}

#[test]
fn a_certificate_for_another_host_or_of_an_authority() {
    let (certificate, key) = signs_itself(&["127.0.0.1"], true);
    let port = server(&certificate, key, false);
    let (message, help) = told(port, Some(&certificate.pem()));
    assert!(message.contains("it is that of an authority"), "{message}");
    assert!(help.contains("that the authority signed"), "{help}");
    let (certificate, key) = signs_itself(&["api.test"], false);
    let port = server(&certificate, key, false);
    let (message, help) = told(port, Some(&certificate.pem()));
    assert!(message.contains("not valid for name"), "{message}");
    assert!(help.contains("a host in `base_url`"), "{help}");
}

#[test]
fn a_server_that_wants_a_certificate_of_its_client() {
    let (certificate, key) = signs_itself(&["127.0.0.1"], false);
    let port = server(&certificate, key, true);
    let (message, help) = told(port, Some(&certificate.pem()));
    assert!(
        message.contains("the server wants a certificate of its client"),
        "{message}"
    );
    assert!(help.contains("we have none"), "{help}");
}
