//! A set of files as a patch that `git apply` understands, instead of written.

use std::collections::BTreeMap;
use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use similar::{Algorithm, ChangeTag, DiffOp, capture_diff_slices, group_diff_ops};

use super::{ChangeSet, Error};

/// How many lines stand around a change, as in git's own.
const CONTEXT: usize = 3;

impl ChangeSet {
    /// What the set would change of the files below `top`, the folder of the repository: a patch for `git apply`
    /// there or in any folder below. Empty where every file is as it would be written.
    ///
    /// # Errors
    /// A file that cannot be read, and one that is not below `top`.
    pub fn patch(&self, top: &Path) -> Result<Vec<u8>, Error> {
        let mut files = BTreeMap::new();
        for (path, after) in self.changes() {
            let below = path.strip_prefix(top).map_err(|_| Error::OutsideOfPatch {
                path: path.to_owned(),
                top: top.to_owned(),
            })?;
            let before = match fs::read(path) {
                Ok(before) => Some(before),
                Err(error) if error.kind() == ErrorKind::NotFound => None,
                Err(error) => return Err(Error::io("read", path)(error)),
            };
            let parts: Vec<_> = below.iter().map(|part| part.to_string_lossy()).collect();
            files.insert(parts.join("/"), (before, after));
        }
        let mut patch = Vec::new();
        for (path, (before, after)) in files {
            file(&mut patch, &path, before.as_deref(), after);
        }
        Ok(patch)
    }
}

fn file(patch: &mut Vec<u8>, path: &str, before: Option<&[u8]>, after: Option<&[u8]>) {
    if before == after {
        return;
    }
    let (old, new) = (quoted("a/", path), quoted("b/", path));
    line(patch, &format!("diff --git {old} {new}"));
    match (before, after) {
        (None, _) => line(patch, "new file mode 100644"),
        (_, None) => line(patch, "deleted file mode 100644"),
        _ => {}
    }
    let (before, after) = (before.map(lines), after.map(lines));
    let (old_lines, new_lines) = (
        before.as_deref().unwrap_or_default(),
        after.as_deref().unwrap_or_default(),
    );
    let hunks = hunks(old_lines, new_lines);
    if hunks.is_empty() {
        return;
    }
    let side = |there: bool, name: &str| match there {
        // Without a tab, what is behind a blank would not be read as part of the name.
        true if name.contains(' ') && !name.starts_with('"') => format!("{name}\t"),
        true => name.to_owned(),
        false => "/dev/null".to_owned(),
    };
    line(patch, &format!("--- {}", side(before.is_some(), &old)));
    line(patch, &format!("+++ {}", side(after.is_some(), &new)));
    for hunk in &hunks {
        self::hunk(patch, hunk, old_lines, new_lines);
    }
}

fn lines(bytes: &[u8]) -> Vec<&[u8]> {
    bytes.split_inclusive(|byte| *byte == b'\n').collect()
}

fn hunks(old: &[&[u8]], new: &[&[u8]]) -> Vec<Vec<DiffOp>> {
    group_diff_ops(capture_diff_slices(Algorithm::Myers, old, new), CONTEXT)
}

fn hunk(patch: &mut Vec<u8>, ops: &[DiffOp], old: &[&[u8]], new: &[&[u8]]) {
    let (Some(first), Some(last)) = (ops.first(), ops.last()) else {
        return;
    };
    let range = |start: usize, end: usize| {
        // An empty range stands behind the line of its number.
        let first = start + usize::from(end > start);
        format!("{first},{}", end - start)
    };
    let old_range = range(first.old_range().start, last.old_range().end);
    let new_range = range(first.new_range().start, last.new_range().end);
    line(patch, &format!("@@ -{old_range} +{new_range} @@"));
    for change in ops.iter().flat_map(|op| op.iter_changes(old, new)) {
        patch.push(match change.tag() {
            ChangeTag::Equal => b' ',
            ChangeTag::Delete => b'-',
            ChangeTag::Insert => b'+',
        });
        let text = change.value();
        patch.extend_from_slice(text);
        if !text.ends_with(b"\n") {
            patch.extend_from_slice(b"\n\\ No newline at end of file\n");
        }
    }
}

fn line(patch: &mut Vec<u8>, text: &str) {
    patch.extend_from_slice(text.as_bytes());
    patch.push(b'\n');
}

/// A path as git writes it: in quotes, with C's escapes, where it holds what could be misread.
fn quoted(prefix: &str, path: &str) -> String {
    let plain = |byte: u8| (0x20..0x7f).contains(&byte) && byte != b'"' && byte != b'\\';
    if path.bytes().all(plain) {
        return format!("{prefix}{path}");
    }
    let mut out = format!("\"{prefix}");
    for byte in path.bytes() {
        match byte {
            b'"' | b'\\' => out.extend(['\\', char::from(byte)]),
            byte if plain(byte) => out.push(char::from(byte)),
            byte => out.push_str(&format!("\\{byte:03o}")),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::Command;

    fn git(folder: &Path, arguments: &[&str]) {
        let mut command = Command::new("git");
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("GIT_") {
                command.env_remove(name);
            }
        }
        let output = command
            .current_dir(folder)
            .args(arguments)
            .output()
            .unwrap();
        let told = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "git {arguments:?}: {told}");
    }

    /// What git makes of a patch is what the set would have written.
    #[test]
    fn git_applies_it() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        git(root, &["init", "-q"]);
        let numbers: String = (0..100).map(|n| format!("{n}\n")).collect();
        type Bytes = Option<&'static [u8]>;
        let files: [(&str, Bytes, Bytes); 8] = [
            ("no end.txt", Some(b"a\nb"), Some(b"a\nc")),
            ("end.txt", Some(b"a\nb"), Some(b"a\nb\n")),
            ("a/new \"quoted\" \\ \u{e9}\t.txt", None, Some(b"x\n")),
            (
                "bytes.bin",
                Some(b"\xff\x00\x01\r\nx"),
                Some(b"\xfe\x00\n\ry"),
            ),
            ("empty.txt", None, Some(b"")),
            ("emptied.txt", Some(b"a\n"), Some(b"")),
            ("gone/x.txt", Some(b"x"), None),
            ("same.txt", Some(b"x"), Some(b"x")),
        ];
        let edited = numbers.replace("\n7\n", "\nseven\n").replace("50\n", "") + "last";
        let mut set = ChangeSet::default();
        fs::write(root.join("many.txt"), &numbers).unwrap();
        set.write(root.join("many.txt"), edited.as_bytes());
        for (path, before, after) in files {
            let path = root.join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            if let Some(before) = before {
                fs::write(&path, before).unwrap();
            }
            match after {
                Some(after) => set.write(path, after),
                None => set.remove(path),
            }
        }
        let patch = set.patch(root).unwrap();
        assert_eq!(patch, set.patch(root).unwrap());
        fs::write(root.join("x.patch"), patch).unwrap();
        git(root, &["apply", "x.patch"]);
        assert_eq!(set.patch(root).unwrap(), b"");
        assert_eq!(fs::read_to_string(root.join("many.txt")).unwrap(), edited);
        assert!(!root.join("gone/x.txt").exists());
    }

    #[test]
    fn a_file_outside_is_an_error() {
        let mut set = ChangeSet::default();
        set.write("/elsewhere/x".into(), "x");
        let error = set.patch(Path::new("/here")).unwrap_err();
        assert!(matches!(error, Error::OutsideOfPatch { .. }), "{error}");
    }
}
