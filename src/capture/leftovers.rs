//! What a run that was killed left running, and how the next one knows it.

use super::process::{MARK, mark_name};

/// A process that was started.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spawned {
    /// Its number; also that of its process group.
    pub id: u32,
    /// When it started, in a form that another process of that number does not share. Empty where the
    /// system does not tell.
    pub started: String,
}

impl Spawned {
    /// What there is to know of a process that runs.
    pub fn of(id: u32) -> Self {
        #[cfg(unix)]
        let started = super::group::started(id).unwrap_or_default();
        #[cfg(not(unix))]
        let started = String::new();
        Self { id, started }
    }

    /// Whether it runs still, and is no other one with its number. Where the system does not tell, it counts as gone.
    pub fn runs(&self) -> bool {
        !self.started.is_empty() && Self::of(self.id).started == self.started
    }
}

/// The name of the variable of the environment by which all processes of this run are known.
pub fn run_mark() -> &'static str {
    mark_name()
}

/// From now on orphans of our processes become our children, so that none escapes. For a program that
/// starts no processes beside, in groups of their own.
pub fn adopt_orphans() {
    #[cfg(unix)]
    super::group::adopt();
}

/// Stops what the run with that mark left running. Gives the numbers of the processes.
///
/// A mark that is none of ours stops nothing.
pub fn stop_left_behind(processes: &[Spawned], mark: &str) -> Vec<u32> {
    if !mark.strip_prefix(MARK).is_some_and(is_token) {
        return Vec::new();
    }
    #[cfg(unix)]
    {
        let known = processes
            .iter()
            .filter(|process| !process.started.is_empty());
        let known: Vec<_> = known
            .map(|process| (process.id, process.started.clone()))
            .collect();
        super::group::stop_left_behind(&known, &format!("{mark}="), GRACE)
    }
    #[cfg(not(unix))]
    {
        let _ = processes;
        Vec::new()
    }
}

/// How long what is left may take to stop before it is killed.
#[cfg(unix)]
const GRACE: std::time::Duration = std::time::Duration::from_secs(5);

fn is_token(token: &str) -> bool {
    token.len() == 32 && token.chars().all(|c| c.is_ascii_hexdigit())
}

/// Kills what became ours because its parent ended.
pub(super) fn stop_adopted() {
    #[cfg(unix)]
    super::group::stop_adopted();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(target_os = "linux")]
    fn a_process_is_known_by_its_number_and_its_start() {
        let own = Spawned::of(std::process::id());
        assert!(own.runs());
        let other = Spawned {
            started: "0 0".to_owned(),
            ..own
        };
        assert!(!other.runs());
    }

    #[test]
    fn marks_that_are_not_ours_stop_nothing() {
        let own = Spawned::of(std::process::id());
        for mark in ["PATH", "", "APIDOCS_RUN_", "APIDOCS_RUN_../../x"] {
            assert_eq!(
                stop_left_behind(std::slice::from_ref(&own), mark),
                Vec::<u32>::new()
            );
        }
    }
}
