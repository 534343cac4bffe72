//! What the project's files say, as values: endpoint documents, sections, scenarios.
//!
//! Nothing here reads or writes a disk. [`Tree`] is a set of files by relative path, wherever they
//! came from (a folder, a git revision, an import), and [`Collection::from_tree`] makes documents of
//! it.

mod approvals;
mod clarity;
mod collection;
mod contract;
mod endpoint;
mod example;
mod flawed;
mod headers;
mod http;
pub mod key_order;
mod media_type;
mod name;
mod place;
mod scenario;
mod section;
mod shorten;
mod tree;
mod until;

pub use approvals::{Approval, Approvals};
pub use collection::{Collection, Loaded, below};
pub use contract::{ContractName, ContractStatus, DescribedContract, MEDIA_TYPES, NOTHING_SAID};
pub use endpoint::{EndpointDocument, Origin, Parameter};
pub use example::{Body, Bytes, DEFAULT_EXAMPLE, Example, Exchange, Recorded, Request, Response};
pub use headers::{Header, Headers};
pub use http::{SAFE_METHODS, ends_with_head, has_no_body, is_safe};
pub use media_type::{essence, is_json_media_type};
pub use name::{DocumentName, ExampleTarget, NameError, check_file_name};
pub use scenario::{
    ExpectedStatus, Fixtures, Identity, Part, Payload, Save, SaveSource, Scenario, Step,
};
pub use section::{Section, Sections};
pub use shorten::{Shortened, Shown};
pub use tree::Tree;
pub use until::Until;
