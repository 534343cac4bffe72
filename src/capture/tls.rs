//! Why there is no encrypted connection, in words that say what to do.

use super::error::Fault;

/// Explains what the encryption said; `own_roots` is whether the settings name the authorities that are trusted.
pub(super) fn explain(words: &str, own_roots: bool) -> Fault {
    let lower = words.to_ascii_lowercase();
    let says = |part: &str| lower.contains(part);
    if says("invalidcontenttype") || says("corrupt message") {
        return Fault::definitive("the server does not speak TLS, and `base_url` is https")
            .with_help("write http in `base_url`");
    }
    if says("noapplicationprotocol") {
        return Fault::definitive("the server wants another protocol than HTTP/1.1 over TLS");
    }
    // An alert is the server's word (RFC 8446, section 6.2): here it speaks of the certificate that we do not have.
    let refused = ["certificate", "unknownca", "accessdenied"];
    if says("received fatal alert") && refused.into_iter().any(says) {
        return Fault::new(format!("the server wants a certificate of its client: {words}"))
            .with_help(
                "we have none: let the server take requests without one, or ask it through a proxy that has one",
            );
    }
    if !says("certificate") {
        return Fault::new(format!("no encrypted connection could be made: {words}"))
            .with_help("see which versions of TLS the server speaks: it must be 1.2 or 1.3");
    }
    let reason = words
        .strip_prefix("invalid peer certificate: ")
        .unwrap_or(words);
    // The signature is bad where another authority has the same name.
    let unknown = says("unknownissuer") || says("badsignature");
    let (reason, help) = if unknown && own_roots {
        (
            "no authority in the file of `cacert` signed it",
            "let `cacert` (--cacert) name the authority of this server, and let the server send the certificates between",
        )
    } else if says("unknownissuer") {
        (
            "no public authority signed it",
            "name the PEM file of its authority: `cacert` in apidocs.toml, or --cacert",
        )
    } else if says("causedasendentity") {
        (
            "it is that of an authority, shown as the server's own",
            "give the server a certificate that the authority signed; `cacert` (--cacert) stays the authority's",
        )
    } else if says("not valid for name") || says("notvalidforname") {
        (
            reason,
            "write a host in `base_url` that the certificate names, or give the server one that names this host",
        )
    } else if says("expired") || says("not valid yet") || says("notvalidyet") {
        (
            reason,
            "give the server a certificate that is valid now, and see whether the clocks are right",
        )
    } else {
        (
            reason,
            "see the certificate of the server, and `cacert` (--cacert) where it is of a private authority",
        )
    };
    Fault::new(format!("the server's certificate is not trusted: {reason}")).with_help(help)
}
