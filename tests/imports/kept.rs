//! What is there already survives an import.

use crate::support::run;

const REQUEST: &str = "GET https://x.test/items\nAccept: application/json\n";

#[test]
fn what_cannot_be_read_is_not_replaced() {
    for (file, text) in [
        ("scenarios/items.json", "{\"requests\": [,]}\n"),
        ("fixtures.json", "{,}\n"),
        ("sections.json", "{,}\n"),
        ("sections.json", "{\"sections\": 1}\n"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        std::fs::write(root.join("items.http"), REQUEST).unwrap();
        let import = ["import", "http", "items.http", "-o", "docs"];
        run(root, &import, b"").exits(0);
        let path = root.join("docs").join(file);
        std::fs::write(&path, text).unwrap();
        let other = std::fs::read_dir(root.join("docs/scenarios"))
            .unwrap()
            .count();

        for force in [&[][..], &["--force"]] {
            let refused = run(root, &[&import[..], force].concat(), b"").exits(2);
            let place = format!("docs/{file}");
            assert!(refused.stderr.contains(&place), "{}", refused.stderr);
            assert!(
                refused.stderr.contains("nothing was written"),
                "{}",
                refused.stderr
            );
        }
        assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
        assert_eq!(
            std::fs::read_dir(root.join("docs/scenarios"))
                .unwrap()
                .count(),
            other
        );
    }
}
