//! Places that cannot be written, and disks that are full.

use crate::support::{DOCUMENT, Sandbox, command, fails, files, project, run, same};

#[test]
fn an_output_folder_that_cannot_be_written() {
    let sandbox = project();
    sandbox.write("taken", "a file");
    for output in ["taken", "taken/below"] {
        fails(
            &sandbox,
            &["render", "-o", output],
            2,
            &["error: ", "taken", "help: "],
        );
    }
    sandbox.write(
        "out/things/get-things.md/index.md",
        "a folder in the place of a page",
    );
    fails(
        &sandbox,
        &["render", "-o", "out"],
        1,
        &[
            "error[foreign-page]: the file stands in the way of the page things/get-things.md: it is kept",
            "help: move the file, or render into another folder",
            "nothing was written\n",
        ],
    );
    fails(
        &sandbox,
        &["import", "pages", "site", "-o", "taken"],
        2,
        &["error: ", "taken"],
    );
    fails(
        &sandbox,
        &["validate", "--report", "json=taken/report.json"],
        2,
        &["error: cannot write ", "taken/report.json"],
    );
}

#[cfg(unix)]
#[test]
fn an_output_folder_without_permission() {
    use std::os::unix::fs::PermissionsExt;

    if rustix::process::geteuid().is_root() {
        println!("skipped: root may write everywhere");
        return;
    }
    let sandbox = project();
    let folder = sandbox.path("out");
    std::fs::create_dir(&folder).unwrap();
    std::fs::set_permissions(&folder, PermissionsExt::from_mode(0o555)).unwrap();
    fails(
        &sandbox,
        &["render", "-o", "out"],
        2,
        &[
            "error: cannot ",
            "Permission denied",
            "help: nothing was changed; make it writable",
        ],
    );
}

/// `ulimit -f` lets no file grow beyond a block.
#[cfg(unix)]
#[test]
fn files_that_may_not_grow() {
    let sandbox = project();
    sandbox.edit(
        DOCUMENT,
        "\"Things.\"",
        &format!("\"{}\"", "Many things. ".repeat(500)),
    );
    let before = sandbox.files();
    let limited = |trap: &str| {
        let mut limited = std::process::Command::new("sh");
        let script = format!("{trap} ulimit -f 1; exec \"$0\" render");
        limited
            .args(["-c", &script, crate::support::APIDOCS])
            .current_dir(sandbox.root());
        crate::support::clean(&mut limited);
        run(limited)
    };
    // The write fails.
    limited("trap '' XFSZ;")
        .exits(2)
        .tells(&["error: cannot write ", "site/", "File too large"]);
    same(&before, &sandbox.files());
    // The write kills.
    assert_eq!(limited("").code, None);
    sandbox
        .run(&["validate"])
        .exits(0)
        .tells(&["cut short before it wrote; nothing of it is left"]);
    same(&before, &sandbox.files());
}

/// A small file system of its own, until the test ends.
#[cfg(target_os = "linux")]
struct SmallDisk(std::path::PathBuf);

#[cfg(target_os = "linux")]
impl SmallDisk {
    fn mount(folder: std::path::PathBuf) -> Option<Self> {
        std::fs::create_dir(&folder).unwrap();
        let mut mount = std::process::Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", "size=256k", "tmpfs"]);
        let output = mount.arg(&folder).output().ok()?;
        output.status.success().then_some(Self(folder))
    }
}

#[cfg(target_os = "linux")]
impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = std::process::Command::new("umount").arg(&self.0).status();
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk() {
    let outside = Sandbox::new();
    let Some(disk) = SmallDisk::mount(outside.path("disk")) else {
        println!("skipped: no small file system can be mounted");
        return;
    };
    let sandbox = project();
    crate::support::copy(sandbox.root(), &disk.0);
    let document = disk.0.join(DOCUMENT);
    let text = sandbox.read(DOCUMENT);
    let text = text.replace(
        "\"Things.\"",
        &format!("\"{}\"", "Many things. ".repeat(2000)),
    );
    std::fs::write(document, text).unwrap();
    // What is left of the disk holds a part of the pages.
    let filler = disk.0.join("filler");
    let mut size: usize = 256 * 1024;
    while std::fs::write(&filler, vec![b'x'; size]).is_err() {
        size -= 1024;
    }
    for room in [0, 12 * 1024] {
        std::fs::write(&filler, vec![b'x'; size - room]).unwrap();
        let before = files(&disk.0);
        let render = run(command(&disk.0, &["render"])).exits(2);
        render.tells(&[
            "error: cannot ",
            "No space left on device",
            "help: nothing was changed; make room and run the command again",
        ]);
        same(&before, &files(&disk.0));
    }
    std::fs::remove_file(&filler).unwrap();
    run(command(&disk.0, &["render"])).exits(0);
}
