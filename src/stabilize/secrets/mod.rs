//! Secrets: which values are, in which spellings they hide, and what stands in their place.
//!
//! A value is a secret because somebody said so (a credential, `{{ env.X }}`, a value saved as secret), because of
//! the name that it stands under ([`Rules`]), or because of its form (a JSON Web Token, a private key, the token of
//! a well-known service). [`Secrets`] remembers what it was told and what it came across, and finds each value
//! again in every spelling:
//!
//! ```text
//! text ─► layers: plain, JSON-escaped, percent-encoded, form, HTML, and one within the other
//!           └─► known values, in base64 too · forms · names ─► ranges of the text ─► placeholders
//! ```
//!
//! [`scan`] tells where a document still holds one. Nothing here ever shows a value.

mod finder;
mod forms;
mod glance;
mod known;
mod layers;
mod learned;
mod look;
mod named;
mod names;
mod node;
mod scan;
mod shown;
mod way;

pub use glance::Glance;
pub use known::Secrets;
pub use look::Look;
pub use named::{is_header_pair, name_of_value};
pub use names::{Rules, words};
pub use node::{Node, View};
pub use scan::{Place, mask, mask_file, scan};
