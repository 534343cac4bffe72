//! The one table of codes.
//!
//! A new code is a row here and a page of help, `pages/<code>.md` beside this file, which `apidocs explain` prints; then
//! `UPDATE=1 cargo test --test validate` writes it into the schema of the settings. Some golden case must produce it.

use std::fmt;

use include_dir::{Dir, include_dir};
use serde::{Serialize, Serializer};

use super::{Impact, Severity};

/// A page of help for each code: what, why, an example before and after.
static PAGES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/src/finding/pages");

/// What kind of finding: a kebab-case name that settings and reports use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Code {
    /// The name.
    pub id: &'static str,
}

/// A row of the table.
struct Row {
    code: Code,
    level: Level,
    summary: &'static str,
}

/// How bad a row is: a change has an impact, any other finding a severity.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Level {
    Severity(Severity),
    Impact(Impact),
    /// Of a file that cannot be read: an error, whatever the settings say. Else its page would be taken for one that no
    /// document backs any more.
    Unread,
    /// Of a rule that only guesses: told where the settings ask for it.
    Off,
}

// What the rows of the table write for their level.
#[allow(non_upper_case_globals)]
mod levels {
    use super::{Impact, Level, Severity};

    pub(super) const Error: Level = Level::Severity(Severity::Error);
    pub(super) const Warning: Level = Level::Severity(Severity::Warning);
    pub(super) const Info: Level = Level::Severity(Severity::Info);
    pub(super) const Unread: Level = Level::Unread;
    pub(super) const Off: Level = Level::Off;
    pub(super) const Breaking: Level = Level::Impact(Impact::Breaking);
    pub(super) const Content: Level = Level::Impact(Impact::Content);
    pub(super) const Additive: Level = Level::Impact(Impact::Additive);
    pub(super) const Docs: Level = Level::Impact(Impact::Docs);
}

impl Code {
    /// The severity unless the settings say another; that of a change follows from its impact. Of a code that is off, that
    /// which it has without a setting of its own.
    pub fn default_severity(self) -> Severity {
        match self.row().level {
            Level::Severity(severity) => severity,
            Level::Impact(impact) => impact.severity(),
            Level::Unread => Severity::Error,
            Level::Off => Severity::Warning,
        }
    }

    /// The impact of a change unless the settings say another; `None` for findings that are no changes.
    pub fn default_impact(self) -> Option<Impact> {
        match self.row().level {
            Level::Severity(_) | Level::Unread | Level::Off => None,
            Level::Impact(impact) => Some(impact),
        }
    }

    /// Whether it is told only where the settings give it a severity: its rule guesses.
    pub fn is_off_by_default(self) -> bool {
        self.row().level == Level::Off
    }

    /// Whether it is an error that no setting makes less of: a file cannot be read.
    pub fn is_always_error(self) -> bool {
        self.row().level == Level::Unread
    }

    /// The severity or impact as the settings write it, `off` included.
    pub fn default_word(self) -> String {
        match self.row().level {
            Level::Severity(severity) => severity.to_string(),
            Level::Impact(impact) => impact.to_string(),
            Level::Unread => Severity::Error.to_string(),
            Level::Off => "off".to_owned(),
        }
    }

    /// What it means, why that is told, and an example before and after, in Markdown.
    pub fn help_page(self) -> &'static str {
        let page = PAGES.get_file(format!("{}.md", self.id));
        page.and_then(|page| page.contents_utf8())
            .unwrap_or_default()
    }

    /// The code of that name.
    pub fn find(id: &str) -> Option<Self> {
        Self::all().find(|code| code.id == id)
    }

    /// What it tells, in a line.
    pub fn summary(self) -> &'static str {
        self.row().summary
    }

    /// All codes, in the order of the table.
    pub fn all() -> impl Iterator<Item = Self> {
        TABLE.iter().map(|row| row.code)
    }

    fn row(self) -> &'static Row {
        TABLE
            .iter()
            .find(|row| row.code == self)
            .expect("a code is made by the table alone")
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id)
    }
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.id)
    }
}

macro_rules! codes {
    ($($name:ident $id:literal $level:ident $summary:literal;)*) => {
        $(
            #[doc = $summary]
            pub const $name: Code = Code { id: $id };
        )*
        const TABLE: &[Row] = &[
            $(Row { code: $name, level: levels::$level, summary: $summary },)*
        ];
    };
}

codes! {
    // Reading files.
    JSON_SYNTAX "json-syntax" Unread "A file is not JSON.";
    TRAILING_COMMA "trailing-comma" Unread "A comma stands behind the last value of an array or object.";
    LONE_SURROGATE "lone-surrogate" Unread "An escape is one half of a surrogate pair.";
    JSON_ENCODING "json-encoding" Unread "A file is not UTF-8.";
    BYTE_ORDER_MARK "byte-order-mark" Unread "A file begins with a byte order mark.";
    LINE_ENDINGS "line-endings" Warning "The lines of a file end with CR LF.";
    JSON_DEPTH "json-depth" Unread "JSON is nested too deeply to be read.";
    JSON_TOO_LARGE "json-too-large" Unread "A file is too large to be read.";
    DUPLICATE_KEY "duplicate-key" Unread "A key stands twice in one object.";
    TOML_SYNTAX "toml-syntax" Error "The settings are not TOML.";
    RESERVED_KEY "reserved-key" Unread "A key has a meaning of its own in the JSON library.";
    UNSAFE_NAME "unsafe-name" Unread "A name is not safe as a file name.";
    CASE_CLASH "case-clash" Error "Two names differ in case alone.";
    NOT_CANONICAL "not-canonical" Warning "A file is not in the form that `fmt` writes.";
    UNREAD_LINK "unread-link" Unread "A link leads out of the folder of documents, in circles or nowhere.";
    STRAY_FILE "stray-file" Warning "A file stands where nothing reads it.";

    // Schemas and rules.
    SCHEMA "schema" Unread "A file does not fit its schema.";
    NO_ENDPOINTS "no-endpoints" Error "The project has no endpoint document.";
    NO_EXAMPLE "missing-example" Error "An endpoint has neither example nor `no_example`.";
    EXAMPLE_AND_REASON "example-and-no-example" Error "An endpoint has an example and says that it cannot have one.";
    PATH_PARAMETERS "path-parameters" Error "The placeholders of the path are not the documented path parameters.";
    REQUEST_METHOD "request-method" Error "The method of an example is not that of its endpoint.";
    REQUEST_PATH "request-path" Error "The path of an example does not fit that of its endpoint.";
    DUPLICATE_EXAMPLE "duplicate-example" Error "Two examples of a document have one name.";
    UNLISTED_DOCUMENT "unlisted-document" Error "A document is not listed in its section.";
    MISSING_DOCUMENT "missing-document" Error "A section lists a document that does not exist.";
    DUPLICATE_LISTING "duplicate-listing" Error "A document or section is listed twice.";
    MISSING_SECTIONS "missing-sections" Error "There is no `sections.json`.";
    SECRET "secret" Warning "A committed file holds a secret.";
    UNKNOWN_METHOD "unknown-method" Warning "A method is not one that HTTP registers.";
    DEFAULT_STATUS "default-example-status" Warning "The first example of a document shows a failure.";
    BODY_MEDIA_TYPE "body-media-type" Warning "A body is not what its media type says.";
    CONTENT_LENGTH "content-length" Warning "A body does not have the length that its header says.";
    DUPLICATE_ENDPOINT "duplicate-endpoint" Error "Two documents have one method and path.";
    DUPLICATE_TITLE "duplicate-title" Warning "Two documents of a section have one title.";
    EMPTY_TITLE "empty-title" Error "A title is empty.";
    EMPTY_DESCRIPTION "empty-description" Warning "An endpoint has no description.";
    UNBALANCED_BACKTICKS "unbalanced-backticks" Warning "A backtick in prose has no partner.";
    RAW_HTML "raw-html" Warning "Prose holds HTML, or what a site takes for it.";
    TEMPLATE_DELIMITERS "template-delimiters" Warning "Prose holds what a site takes for a template.";
    PRIVATE_PATH "private-path" Warning "A path shows somebody's home folder.";
    NOT_NFC "not-nfc" Warning "A text is not in Unicode's form NFC.";
    CONTROL_CHARACTER "control-character" Warning "A text holds a character that nobody sees.";
    ORPHAN_SCENARIO "orphan-scenario" Warning "A scenario is for no document.";
    REAL_EMAIL "real-email" Off "A text may hold somebody's e-mail address.";
    REAL_HOST "real-host" Off "A text may name a real host.";
    UNFINISHED_SENTENCE "unfinished-sentence" Off "A description may end in mid-sentence.";

    LOW_COVERAGE "low-coverage" Error "Fewer endpoints have an example than the settings ask for.";

    // Contracts.
    CONTRACT_MISMATCH "contract-mismatch" Error "A response body does not fit its contract.";
    UNKNOWN_KEYWORD "unknown-keyword" Warning "A keyword of a contract is nearly one of JSON Schema, and checks nothing.";
    BROKEN_TEMPLATE "broken-template" Error "A template of pages cannot be used, or the set that the settings name is not there.";
    BROKEN_CONTRACT "broken-contract" Error "A contract is no JSON Schema that can be used.";
    ORPHAN_CONTRACT "orphan-contract" Error "A contract is for an endpoint that has no document.";

    // Scenarios and capture.
    UNKNOWN_VARIABLE "unknown-variable" Error "A scenario uses a name that nothing defines.";
    BASE_URL "base-url" Error "No request can be sent to what `base_url` says.";
    UNKNOWN_IDENTITY "unknown-identity" Error "A request names an identity that the settings do not have.";
    UNKNOWN_TARGET "unknown-document" Error "A scenario is for a document that does not exist.";
    DUPLICATE_TARGET "duplicate-target" Error "Two requests are for one example.";
    NO_SCENARIOS "no-scenarios" Error "No scenario was run.";
    UNKNOWN_SCENARIO "unknown-scenario" Error "A scenario runs after one that does not exist.";
    SCENARIO_CYCLE "scenario-cycle" Error "Scenarios run after each other in a circle.";
    NOT_RUN "scenario-not-run" Error "A scenario was not run, since another one failed.";
    SCENARIO_LEFT_OUT "scenario-left-out" Warning "A scenario may not be made in the environment that was chosen.";
    NO_RESPONSE "no-response" Error "A request had no usable response.";
    UNEXPECTED_STATUS "unexpected-status" Error "A response has another status than expected.";
    INVALID_RESPONSE_BODY "invalid-response-body" Error "A response body is not what its media type says.";
    MISSING_VALUE "missing-value" Error "A response does not hold a value that the scenario saves.";
    MISSING_ARRAY "missing-array" Error "A response does not hold an array that the scenario shows short.";
    CONDITION_NOT_MET "condition-not-met" Error "A response did not come to hold what a request waits for.";
    BAD_TEMPLATE "bad-template" Error "A template in a scenario cannot be understood.";
    INVALID_REQUEST "invalid-request" Error "A request of a scenario cannot be made.";
    LEAKED_SECRET "leaked-secret" Error "What was captured still holds a secret, so nothing is written.";
    INCOMPLETE_REQUEST "incomplete-request" Warning "A request is not made, since something is still to be filled in.";
    UNCAPTURED_EXAMPLE "uncaptured-example" Warning "No scenario makes a committed example.";

    // Changes.
    DOCUMENT_ADDED "document-added" Additive "There is a new document.";
    DOCUMENT_REMOVED "document-removed" Breaking "A document is gone.";
    DOCUMENT_RENAMED "document-renamed" Docs "A document has another name.";
    ENDPOINT_CHANGED "endpoint-changed" Breaking "A document has another method or path.";
    PROSE_CHANGED "prose-changed" Docs "What people wrote is different.";
    PARAMETER_CHANGED "parameter-changed" Docs "A documented parameter is different.";
    ORDER_CHANGED "order-changed" Docs "A document has another place in its section.";
    EXAMPLE_ADDED "example-added" Additive "There is a new example.";
    EXAMPLE_REMOVED "example-removed" Docs "An example is gone.";
    EXAMPLE_CHANGED "example-changed" Docs "The title or the form of an example is different.";
    REQUEST_CHANGED "request-changed" Content "The request of an example is different.";
    STATUS_CHANGED "status-changed" Breaking "A response has another status.";
    REASON_CHANGED "reason-changed" Content "A response has another reason phrase.";
    HEADER_ADDED "header-added" Additive "A response has a new header.";
    HEADER_REMOVED "header-removed" Breaking "A response lost a header.";
    HEADER_CHANGED "header-changed" Content "A header has another value.";
    BODY_KIND_CHANGED "body-kind-changed" Breaking "A body is JSON, text or bytes, or none, and was another of these.";
    FIELD_ADDED "field-added" Additive "A body has a new field.";
    FIELD_REMOVED "field-removed" Breaking "A body lost a field.";
    TYPE_CHANGED "type-changed" Breaking "A value has another JSON type.";
    BECAME_NULL "became-null" Breaking "A value became null.";
    VALUE_CHANGED "value-changed" Content "A value is another one.";
    ITEM_ADDED "item-added" Content "An array has a new item.";
    ITEM_REMOVED "item-removed" Content "An array lost an item.";
    ITEM_SHAPE_CHANGED "item-shape-changed" Breaking "The items of an array have another JSON type.";
    TEXT_CHANGED "text-changed" Content "A text body is different.";

    // Approvals.
    EXPIRED_APPROVAL "expired-approval" Warning "The approval of a change does not hold any more.";
    UNUSED_APPROVAL "unused-approval" Warning "An approval is for a change that is not there.";

    // Volatile values.
    UNSTABLE_VALUE "unstable-value" Warning "Two captures of an unchanged API have another value where no rule says that it varies.";
    UNSTABLE_STATUS "unstable-status" Warning "Two captures of an unchanged API have another status, reason or method.";
    UNSTABLE_HEADERS "unstable-headers" Warning "Two captures of an unchanged API have other headers.";
    UNSTABLE_STRUCTURE "unstable-structure" Warning "Two captures of an unchanged API have other fields, items or lines.";
    UNSTABLE_TYPE "unstable-type" Warning "Two captures of an unchanged API have values of other types.";
    UNUSED_RULE "unused-volatile-rule" Warning "A rule for volatile values matches nothing.";
    BROAD_RULE "broad-volatile-rule" Error "A rule for volatile values switches a comparison off.";

    // Rendering.
    EDITED_PAGE "edited-page" Warning "Somebody edited a page that we wrote.";
    FOREIGN_PAGE "foreign-page" Error "A page stands where another file is that we did not write.";
    STALE_PAGE "stale-page" Error "A rendered page is not up to date.";

    // Import.
    NOT_A_PAGE "not-a-page" Error "A file is not a page of the original.";
    VERBATIM_EXAMPLE "verbatim-example" Info "An example text was kept as it was.";
    INDEX_ORDER "index-order" Warning "An index lists pages that are not there, twice, out of order or not at all.";
    INDEX_TITLE "index-title" Warning "An index gives a page another title than the page itself.";
    MIXED_COMMENTS "mixed-comments" Warning "The files of a tree have different comment lines.";
    YAML_SYNTAX "yaml-syntax" Error "A file is not YAML, or holds what JSON cannot.";
    RENAMED_OPERATION "renamed-operation" Info "Two operations have one name, and one of them got another.";
    INEXACT_EXPORT "inexact-export" Warning "An import of an export would give a document back in another form.";
    UNPLACED "unplaced" Info "A part of an imported source has no place in a document.";
    NOT_REQUESTS "not-requests" Error "A source of requests, or a part of it, cannot be understood.";
    UNKNOWN_OPTION "unknown-option" Warning "A part of a request has no counterpart, and was left out.";
    LEFT_OUT "left-out" Info "Requests of a source were left out.";
    NOT_OPENAPI "not-openapi" Error "A part of an OpenAPI document cannot be understood.";
    UNDOCUMENTED_OPERATION "undocumented-operation" Error "An operation of the OpenAPI document has no endpoint document.";
    UNKNOWN_OPERATION "unknown-operation" Warning "An endpoint document is about an operation that the OpenAPI document does not have.";
    UNDOCUMENTED_STATUS "undocumented-status" Warning "A captured status is none of those that the OpenAPI document has.";
    UNDOCUMENTED_FIELD "undocumented-field" Warning "A captured field is none of those that the OpenAPI document has.";
    UNRESOLVED_REFERENCE "unresolved-reference" Error "A `$ref` of an OpenAPI document leads nowhere.";
    REMOTE_REFERENCE "remote-reference" Warning "A `$ref` of an OpenAPI document leads to the network, and is not followed.";

    // Reading Python source.
    PYTHON_SYNTAX "python-syntax" Warning "A part of a Python file is not understood.";
    PYTHON_ENCODING "python-encoding" Warning "A Python file is not in an encoding that is read.";
    NO_SOURCE_ENDPOINTS "no-source-endpoints" Error "The source has no endpoint.";
    COMPUTED_URLS "computed-urls" Warning "URL patterns are computed when the program runs, and are not read.";
    UNKNOWN_VIEW "unknown-view" Warning "A URL pattern leads to something that is not read.";
    COMPUTED_VALUE "computed-value" Warning "A section, method, base or scenario is computed when the program runs, and is not read.";
    SWALLOWED_TEXT "swallowed-text" Warning "A part of a docstring is left out, or becomes part of something else.";
    MALFORMED_FIELD "malformed-field" Warning "A field of a docstring is none: it is left out, with those behind it.";
    OPEN_MARKUP "open-markup" Warning "Inline markup of a docstring does not end.";
    NAME_CLASH "name-clash" Warning "Two endpoints of the source have one name.";
    BEHIND_SOURCE "behind-source" Error "A document does not say what the source says.";
    NOT_IN_SOURCE "not-in-source" Warning "A document came from the source, which does not have its endpoint any more.";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_code_has_a_page_of_help_and_each_page_a_code() {
        for code in Code::all() {
            let page = code.help_page();
            let parts = ["\n## Why\n", "\n## Before\n", "\n## After\n"];
            let places: Vec<_> = parts.iter().filter_map(|part| page.find(part)).collect();
            assert!(
                places.len() == parts.len() && places.is_sorted(),
                "src/finding/pages/{code}.md must say in a paragraph what is found, then have the headings Why, Before and After"
            );
            assert!(
                page.lines().all(|line| line.chars().count() <= 100),
                "{code}"
            );
        }
        for file in PAGES.files() {
            let id = file.path().file_stem().and_then(|id| id.to_str());
            assert!(id.and_then(Code::find).is_some(), "{:?}", file.path());
        }
    }

    #[test]
    fn ids_are_unique_and_kebab_case() {
        let mut ids: Vec<_> = Code::all().map(|code| code.id).collect();
        let all = ids.len();
        for id in &ids {
            assert!(
                id.chars().all(|c| c.is_ascii_lowercase() || c == '-'),
                "{id}"
            );
        }
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), all);
    }
}
