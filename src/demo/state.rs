//! The world: everything that requests can see and change.

use std::collections::HashMap;

use serde_json::{Map, Value};

use super::random::{Clock, Draw, Moment, Random};

#[derive(Debug, Clone)]
pub(crate) struct User {
    pub(crate) id: u64,
    pub(crate) email: String,
    pub(crate) password: String,
    pub(crate) joined: Moment,
}

/// What a member of an organization may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    Owner,
    Member,
}

#[derive(Debug, Clone)]
pub(crate) struct Organization {
    pub(crate) id: u64,
    pub(crate) slug: String,
    pub(crate) name: String,
    pub(crate) created: Moment,
    pub(crate) members: Vec<(u64, Role)>,
}

impl Organization {
    pub(crate) fn role(&self, user: u64) -> Option<Role> {
        self.members
            .iter()
            .find(|(id, _)| *id == user)
            .map(|(_, role)| *role)
    }
}

#[derive(Debug, Clone)]
pub(crate) struct Team {
    pub(crate) id: u64,
    pub(crate) organization: u64,
    pub(crate) slug: String,
    pub(crate) name: String,
    pub(crate) created: Moment,
    pub(crate) members: Vec<u64>,
}

#[derive(Debug, Clone)]
pub(crate) struct Project {
    pub(crate) id: u64,
    pub(crate) organization: u64,
    pub(crate) team: u64,
    pub(crate) slug: String,
    pub(crate) name: String,
    pub(crate) platform: Option<String>,
    pub(crate) color: String,
    pub(crate) created: Moment,
    pub(crate) bookmarked_by: Vec<u64>,
    pub(crate) origins: Vec<String>,
    pub(crate) digests: (i64, i64),
    pub(crate) token: String,
    /// How many issues it ever had; their short ids count on from it.
    pub(crate) issue_count: u64,
}

#[derive(Debug, Clone)]
pub(crate) struct Key {
    pub(crate) id: u64,
    pub(crate) project: u64,
    pub(crate) name: String,
    pub(crate) public: String,
    pub(crate) secret: String,
    pub(crate) active: bool,
    pub(crate) created: Moment,
}

#[derive(Debug, Clone)]
pub(crate) struct Activity {
    pub(crate) id: u64,
    pub(crate) kind: &'static str,
    pub(crate) user: Option<u64>,
    pub(crate) at: Moment,
}

#[derive(Debug, Clone)]
pub(crate) struct Issue {
    pub(crate) id: u64,
    pub(crate) project: u64,
    pub(crate) number: u64,
    pub(crate) platform: String,
    pub(crate) message: String,
    pub(crate) status: String,
    pub(crate) status_details: Map<String, Value>,
    pub(crate) assigned: Option<Value>,
    pub(crate) public: bool,
    pub(crate) share: Option<String>,
    pub(crate) seen_by: Vec<u64>,
    pub(crate) bookmarked_by: Vec<u64>,
    pub(crate) subscribed: Vec<u64>,
    pub(crate) first_seen: Moment,
    pub(crate) last_seen: Moment,
    pub(crate) activity: Vec<Activity>,
}

#[derive(Debug, Clone)]
pub(crate) struct Event {
    pub(crate) id: String,
    pub(crate) project: u64,
    pub(crate) issue: u64,
    pub(crate) environment: String,
    pub(crate) release: Option<String>,
    pub(crate) created: Moment,
}

#[derive(Debug, Clone)]
pub(crate) struct Commit {
    pub(crate) id: String,
    pub(crate) message: Option<String>,
    pub(crate) author: Option<(String, String)>,
    pub(crate) repository: String,
    pub(crate) created: Moment,
}

#[derive(Debug, Clone)]
pub(crate) struct Release {
    pub(crate) id: u64,
    pub(crate) organization: u64,
    pub(crate) projects: Vec<u64>,
    pub(crate) version: String,
    pub(crate) reference: Option<String>,
    pub(crate) url: Option<String>,
    pub(crate) created: Moment,
    pub(crate) released: Option<Moment>,
    pub(crate) commits: Vec<Commit>,
}

#[derive(Debug, Clone)]
pub(crate) struct ReleaseFile {
    pub(crate) id: u64,
    pub(crate) release: u64,
    pub(crate) name: String,
    pub(crate) dist: Option<String>,
    pub(crate) headers: Map<String, Value>,
    pub(crate) size: usize,
    pub(crate) sha1: String,
    pub(crate) created: Moment,
}

#[derive(Debug, Clone)]
pub(crate) struct Deploy {
    pub(crate) id: u64,
    pub(crate) release: u64,
    pub(crate) environment: String,
    pub(crate) name: Option<String>,
    pub(crate) url: Option<String>,
    pub(crate) started: Option<Moment>,
    pub(crate) finished: Moment,
}

#[derive(Debug, Clone)]
pub(crate) struct Report {
    pub(crate) id: u64,
    pub(crate) project: u64,
    pub(crate) event: String,
    pub(crate) name: String,
    pub(crate) email: String,
    pub(crate) comments: String,
    pub(crate) created: Moment,
}

#[derive(Debug, Clone)]
pub(crate) struct Hook {
    pub(crate) id: String,
    pub(crate) number: u64,
    pub(crate) project: u64,
    pub(crate) url: String,
    pub(crate) events: Vec<String>,
    pub(crate) secret: String,
    pub(crate) created: Moment,
}

/// A debug information file.
#[derive(Debug, Clone)]
pub(crate) struct Symbols {
    pub(crate) id: u64,
    pub(crate) project: u64,
    pub(crate) uuid: String,
    pub(crate) name: String,
    pub(crate) size: usize,
    pub(crate) sha1: String,
    pub(crate) created: Moment,
}

/// The kinds of things that are numbered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Kind {
    Organization,
    Team,
    Project,
    Key,
    Issue,
    Activity,
    Release,
    ReleaseFile,
    Deploy,
    Report,
    Hook,
    Symbols,
}

/// Everything the server remembers.
pub(crate) struct State {
    pub(crate) random: Random,
    pub(crate) clock: Clock,
    counters: HashMap<Kind, u64>,
    visits: HashMap<String, u64>,
    /// The users that tokens belong to.
    pub(crate) tokens: HashMap<String, u64>,
    pub(crate) users: Vec<User>,
    pub(crate) organizations: Vec<Organization>,
    pub(crate) teams: Vec<Team>,
    pub(crate) projects: Vec<Project>,
    pub(crate) keys: Vec<Key>,
    pub(crate) issues: Vec<Issue>,
    pub(crate) events: Vec<Event>,
    pub(crate) releases: Vec<Release>,
    pub(crate) files: Vec<ReleaseFile>,
    pub(crate) deploys: Vec<Deploy>,
    pub(crate) reports: Vec<Report>,
    pub(crate) hooks: Vec<Hook>,
    pub(crate) symbols: Vec<Symbols>,
}

impl State {
    /// The world before the first request.
    pub(crate) fn new(seed: Option<u64>) -> State {
        let mut state = State {
            random: Random::new(seed),
            clock: Clock::new(seed),
            counters: HashMap::new(),
            visits: HashMap::new(),
            tokens: HashMap::new(),
            users: Vec::new(),
            organizations: Vec::new(),
            teams: Vec::new(),
            projects: Vec::new(),
            keys: Vec::new(),
            issues: Vec::new(),
            events: Vec::new(),
            releases: Vec::new(),
            files: Vec::new(),
            deploys: Vec::new(),
            reports: Vec::new(),
            hooks: Vec::new(),
            symbols: Vec::new(),
        };
        super::fixtures::fill(&mut state);
        if seed.is_none() {
            // A service that has been running for a while does not number its
            // next project 4; nor does the next run of it.
            for (kind, count) in &mut state.counters {
                *count += state.random.number(&format!("{kind:?}"), 10, 9_000);
            }
        }
        state
    }

    /// The next number of a kind.
    pub(crate) fn next(&mut self, kind: Kind) -> u64 {
        let count = self.counters.entry(kind).or_insert(0);
        *count += 1;
        *count
    }

    /// Makes the next number of a kind follow `last`.
    pub(crate) fn count_from(&mut self, kind: Kind, last: u64) {
        self.counters.insert(kind, last);
    }

    /// The random values of one request: they depend on the request and on
    /// how often it came, not on what other clients ask meanwhile.
    pub(crate) fn draw(&mut self, method: &str, path: &str) -> Draw {
        let label = format!("{method} {path}");
        let visits = self.visits.entry(label.clone()).or_insert(0);
        *visits += 1;
        self.random.draw(&format!("{label} {visits}"))
    }

    pub(crate) fn user(&self, id: u64) -> Option<&User> {
        self.users.iter().find(|user| user.id == id)
    }

    pub(crate) fn organization(&self, id: u64) -> Option<&Organization> {
        self.organizations
            .iter()
            .find(|organization| organization.id == id)
    }

    pub(crate) fn team(&self, id: u64) -> Option<&Team> {
        self.teams.iter().find(|team| team.id == id)
    }

    pub(crate) fn project(&self, id: u64) -> Option<&Project> {
        self.projects.iter().find(|project| project.id == id)
    }

    pub(crate) fn issue(&self, id: u64) -> Option<&Issue> {
        self.issues.iter().find(|issue| issue.id == id)
    }

    /// The projects of an organization, by name.
    pub(crate) fn projects_of(&self, organization: u64) -> Vec<&Project> {
        let mut projects: Vec<_> = self
            .projects
            .iter()
            .filter(|p| p.organization == organization)
            .collect();
        projects.sort_by(|a, b| a.name.cmp(&b.name));
        projects
    }

    /// The teams of an organization, by name.
    pub(crate) fn teams_of(&self, organization: u64) -> Vec<&Team> {
        let mut teams: Vec<_> = self
            .teams
            .iter()
            .filter(|team| team.organization == organization)
            .collect();
        teams.sort_by(|a, b| a.name.cmp(&b.name));
        teams
    }

    /// The events of an issue, the latest first.
    pub(crate) fn events_of(&self, issue: u64) -> Vec<&Event> {
        self.events
            .iter()
            .rev()
            .filter(|event| event.issue == issue)
            .collect()
    }

    pub(crate) fn remove_organization(&mut self, id: u64) {
        self.organizations
            .retain(|organization| organization.id != id);
        self.teams.retain(|team| team.organization != id);
        let projects: Vec<_> = self
            .projects_of(id)
            .iter()
            .map(|project| project.id)
            .collect();
        projects
            .into_iter()
            .for_each(|project| self.remove_project(project));
        let releases: Vec<_> = self
            .releases
            .iter()
            .filter(|r| r.organization == id)
            .map(|r| r.id)
            .collect();
        releases
            .into_iter()
            .for_each(|release| self.remove_release(release));
    }

    pub(crate) fn remove_project(&mut self, id: u64) {
        self.projects.retain(|project| project.id != id);
        self.keys.retain(|key| key.project != id);
        self.issues.retain(|issue| issue.project != id);
        self.events.retain(|event| event.project != id);
        self.reports.retain(|report| report.project != id);
        self.hooks.retain(|hook| hook.project != id);
        self.symbols.retain(|symbols| symbols.project != id);
        self.releases
            .iter_mut()
            .for_each(|release| release.projects.retain(|project| *project != id));
        // A release that no project is left of is of no use to anybody.
        let orphans: Vec<_> = self
            .releases
            .iter()
            .filter(|r| r.projects.is_empty())
            .map(|r| r.id)
            .collect();
        orphans
            .into_iter()
            .for_each(|release| self.remove_release(release));
    }

    pub(crate) fn remove_release(&mut self, id: u64) {
        self.releases.retain(|release| release.id != id);
        self.files.retain(|file| file.release != id);
        self.deploys.retain(|deploy| deploy.release != id);
    }

    pub(crate) fn remove_issue(&mut self, id: u64) {
        self.issues.retain(|issue| issue.id != id);
        self.events.retain(|event| event.issue != id);
    }
}
