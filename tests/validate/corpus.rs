//! Real pages of the original, imported: what is found in them, and that it is true.

use std::collections::BTreeSet;

use apidocs::document::{Collection, Tree, key_order};
use apidocs::finding::{Finding, SourceFile};
use apidocs::import::pages;
use apidocs::json::write;
use apidocs::validate;

use crate::support::{corpus, read};

/// The pages of a tree; none where there is no corpus.
fn tree(name: &str) -> Option<Tree> {
    Some(read(&corpus()?.join("pages").join(name)))
}

/// What is found in the documents that an import makes of a tree.
fn found(tree: &Tree) -> Vec<Finding> {
    let imported = pages::import(tree, "");
    let mut docs = Tree::default();
    for (name, document) in &imported.documents {
        let json = serde_json::to_value(document).unwrap();
        docs.insert(name.file(), write(&json, key_order::ENDPOINT));
    }
    let sections = serde_json::to_value(&imported.sections).unwrap();
    docs.insert("sections.json", write(&sections, key_order::SECTIONS));
    validate::validate(&Collection::from_tree(&docs, ""))
}

#[test]
fn pages_of_every_year_fit_and_are_validated() {
    for name in [
        "2018-09-19",
        "2018-09-20",
        "2020-03-09",
        "2020-03-10",
        "2020-03-10b",
    ] {
        let Some(tree) = tree(name) else {
            return;
        };
        for (path, bytes) in &tree.files {
            if path.ends_with("/index.md") || path == "index.md" {
                continue;
            }
            let source = SourceFile::new(path.as_str(), bytes);
            let start = source.text.find("\n{").unwrap() + 1;
            let end = source.text.rfind('}').unwrap() + 1;
            let value = apidocs::json::parse(&source.text[start..end]).unwrap();
            assert_eq!(validate::page(&value, &source, start), [], "{path}");
        }
        for finding in found(&tree) {
            let label = finding.label.as_ref().unwrap();
            let span = label.span.clone().unwrap();
            assert!(label.source.text.get(span).is_some(), "{finding:?}");
        }
    }
}

/// The endpoints whose pages of 2020-03-09 have no example: both texts are empty.
const WITHOUT_EXAMPLE: [&str; 41] = [
    "events/delete-project-group-index",
    "events/get-group-tag-key-details",
    "events/get-group-tag-key-values",
    "organizations/delete-organization-dashboard-details",
    "organizations/delete-organization-dashboard-widget-details",
    "organizations/delete-organization-details",
    "organizations/get-organization-dashboard-details",
    "organizations/get-organization-dashboards",
    "organizations/get-organization-projects-sent-first-event",
    "organizations/get-organization-repositories",
    "organizations/get-organization-repository-commits",
    "organizations/post-organization-dashboard-widgets",
    "organizations/post-organization-dashboards",
    "organizations/post-organization-index",
    "organizations/put-organization-dashboard-details",
    "organizations/put-organization-dashboard-widget-details",
    "organizations/put-organization-details",
    "projects/delete-debug-files",
    "projects/delete-project-service-hook-details",
    "projects/get-debug-files",
    "projects/get-project-service-hook-details",
    "projects/get-project-tag-key-values",
    "projects/get-project-user-reports",
    "projects/get-project-users",
    "projects/post-debug-files",
    "projects/put-project-key-details",
    "projects/put-project-service-hook-details",
    "releases/delete-organization-release-details",
    "releases/delete-organization-release-file-details",
    "releases/get-commit-file-change",
    "releases/get-organization-release-commits",
    "releases/get-organization-release-file-details",
    "releases/get-organization-release-files",
    "releases/get-project-issues-resolved-in-release",
    "releases/get-project-release-commits",
    "releases/get-release-deploys",
    "releases/post-organization-release-files",
    "releases/post-release-deploys",
    "releases/put-organization-release-file-details",
    "teams/delete-team-details",
    "teams/get-organization-user-teams",
];

/// All that is wrong with the pages of 2020-03-09, each looked up in the pages.
const FAULTS: [(&str, &str, &str); 25] = [
    (
        "events/get-group-events-latest",
        "path-parameters",
        "the path parameter `issue_id` is not documented",
    ),
    (
        "events/get-group-events-latest",
        "path-parameters",
        "the path has no placeholder `{group_id}`",
    ),
    (
        "events/get-group-events-latest",
        "private-path",
        "`/home/ubuntu/.virtualenvs/getsentry/src/raven/raven/base.py` shows somebody's home folder",
    ),
    (
        "events/get-group-events-oldest",
        "path-parameters",
        "the path parameter `issue_id` is not documented",
    ),
    (
        "events/get-group-events-oldest",
        "path-parameters",
        "the path has no placeholder `{group_id}`",
    ),
    (
        "events/get-group-hashes",
        "private-path",
        "`/home/ubuntu/.virtualenvs/getsentry/src/raven/raven/base.py` shows somebody's home folder",
    ),
    (
        "events/get-project-event-details",
        "private-path",
        "`/home/ubuntu/.virtualenvs/getsentry/src/raven/raven/base.py` shows somebody's home folder",
    ),
    (
        "organizations/get-event-id-lookup",
        "path-parameters",
        "the path parameter `event_id` is not documented",
    ),
    (
        "organizations/get-event-id-lookup",
        "private-path",
        "`/home/ubuntu/.virtualenvs/getsentry/src/raven/raven/base.py` shows somebody's home folder",
    ),
    (
        "projects/delete-project-service-hook-details",
        "empty-description",
        "the description is empty",
    ),
    (
        "projects/get-project-details",
        "secret",
        "this is the value of \"securityToken\"",
    ),
    (
        "projects/get-project-keys",
        "secret",
        "this is the value of \"secret\"",
    ),
    (
        "projects/get-project-keys",
        "secret",
        "this is the value of \"secret\"",
    ),
    (
        "projects/get-project-service-hooks",
        "secret",
        "this is the value of \"secret\"",
    ),
    (
        "projects/get-project-users",
        "path-parameters",
        "the path has no placeholder `{key}`",
    ),
    (
        "projects/post-project-keys",
        "secret",
        "this is the value of \"secret\"",
    ),
    (
        "projects/post-project-keys",
        "secret",
        "this is the value of \"secret\"",
    ),
    (
        "projects/post-project-service-hooks",
        "secret",
        "this is the value of \"secret\"",
    ),
    (
        "projects/put-project-details#default",
        "default-example-status",
        "the first example shows the status 500, not a success",
    ),
    (
        "projects/put-project-service-hook-details",
        "empty-description",
        "the description is empty",
    ),
    (
        "releases/put-organization-release-details#default",
        "request-path",
        "the path of the request does not fit `/api/0/organizations/{organization_slug}/releases/{version}/`: `organization` stands in the place of `organizations`",
    ),
    (
        "releases/put-organization-release-details#default",
        "default-example-status",
        "the first example shows the status 404, not a success",
    ),
    (
        "teams/delete-team-details",
        "path-parameters",
        "the path parameter `organization_slug` is not documented",
    ),
    (
        "teams/delete-team-details",
        "path-parameters",
        "the path parameter `team_slug` is not documented",
    ),
    (
        "teams/get-organization-user-teams",
        "path-parameters",
        "the path parameter `organization_slug` is not documented",
    ),
];

#[test]
fn the_findings_of_2020_are_exactly_these() {
    let Some(tree) = tree("2020-03-09") else {
        return;
    };
    let findings = found(&tree);
    let told = |code_is: fn(&str) -> bool| {
        let of_code = findings
            .iter()
            .filter(move |finding| code_is(finding.code.id));
        of_code.map(|finding| {
            let address = finding.address.as_deref().unwrap_or_default();
            (address, finding.code.id, finding.message.as_str())
        })
    };
    let without: Vec<_> = told(|code| code == "missing-example")
        .map(|(address, ..)| address)
        .collect();
    assert_eq!(without, WITHOUT_EXAMPLE);
    let faults: Vec<_> = told(|code| code != "missing-example").collect();
    assert_eq!(faults, FAULTS);
    // The reason for `missing-example`, read off the pages themselves.
    let empty: BTreeSet<_> = tree
        .files
        .iter()
        .filter(|(_, bytes)| {
            let text = String::from_utf8_lossy(bytes);
            text.contains("\"example_response\": \"\"")
        })
        .map(|(path, _)| path.trim_end_matches(".md"))
        .collect();
    assert_eq!(empty, BTreeSet::from(WITHOUT_EXAMPLE));
}
