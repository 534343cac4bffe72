//! Sources that nobody would write, or only to harm.

use std::time::{Duration, Instant};

use serde_json::Value;

use crate::support::{Run, Sandbox};

const BASE: &str = "class Endpoint(object):\n    pass\n";
const VIEW: &str = "from base import Endpoint\n\n\nclass View(Endpoint):\n    section = 'things'\n\n    def get(self, request):\n        \"\"\"Get a Thing\"\"\"\n";

fn sandbox(urls: &str) -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.write(
        "apidocs.toml",
        "[source]\nkind = 'docstrings'\nurls = 'urls'\nprefix = '/'\nbase_classes = ['base.Endpoint']\nsection_attribute = 'section'\n",
    );
    sandbox.write("base.py", BASE);
    sandbox.write("views.py", VIEW);
    sandbox.write("urls.py", urls);
    sandbox
}

fn import(sandbox: &Sandbox) -> Run {
    let start = Instant::now();
    let run = sandbox.run(&["import", "docstrings", "--report", "json"]);
    assert!(start.elapsed() < Duration::from_secs(20), "{run}");
    run
}

fn codes(run: &Run) -> Vec<String> {
    let report: Value = run.json();
    let findings = report["findings"].as_array().unwrap().iter();
    findings
        .map(|one| one["code"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn patterns_that_include_one_another_end() {
    let sandbox = sandbox(
        "from views import View\nurlpatterns = [url('^x/$', View.as_view()), url('^a/', include('urls')), url('^b/', include('urls'))]\n",
    );
    let run = import(&sandbox).exits(0);
    assert!(codes(&run).contains(&"computed-urls".to_owned()), "{run}");
}

#[test]
fn lists_that_double_end() {
    let mut urls = "from views import View\na0 = [url('^x/$', View.as_view())]\n".to_owned();
    for n in 1..64 {
        urls.push_str(&format!("a{n} = a{0} + a{0}\n", n - 1));
    }
    urls.push_str("urlpatterns = a63\n");
    let run = import(&sandbox(&urls)).exits(0);
    assert!(codes(&run).contains(&"computed-urls".to_owned()), "{run}");
}

#[test]
fn imports_and_names_that_turn_in_circles_end() {
    let sandbox = sandbox(
        "from a import *\nfrom b import *\nurlpatterns = [url('^x/$', View.as_view()), url('^y/', include(LOOP)), url(TEXT, f)]\n",
    );
    sandbox.write(
        "a.py",
        "from b import *\nfrom c import *\nfrom a import TEXT\nLOOP = LOOP2\n",
    );
    sandbox.write(
        "b.py",
        "from a import *\nfrom c import *\nfrom a import LOOP as LOOP2\n",
    );
    sandbox.write(
        "c.py",
        "from a import *\nfrom b import *\nfrom views import View\n",
    );
    let run = import(&sandbox).exits(0);
    assert!(run.stdout.contains("computed-urls"), "{run}");
}

#[test]
fn classes_that_inherit_in_circles_end() {
    let sandbox = sandbox("import views\nurlpatterns = [url('^x/$', views.View.as_view())]\n");
    let mut views =
        "from base import Endpoint\nclass C0(C40, Endpoint): section = 's'\n".to_owned();
    for n in 1..=40 {
        let below = n - 1;
        views.push_str(&format!(
            "class A{n}(C{below}): pass\nclass B{n}(C{below}): pass\nclass C{n}(A{n}, B{n}): pass\n"
        ));
    }
    views.push_str("class View(C40, C39, C40):\n    def get(self):\n        'Get'\n");
    sandbox.write("views.py", views);
    import(&sandbox).exits(0);
}

#[test]
fn a_file_that_is_no_python_does_not_stop_the_others() {
    let sandbox = sandbox(
        "import views, junk, huge\nurlpatterns = [url('^x/$', views.View.as_view()), url('^j/$', junk.View.as_view()), url('^h/$', huge.View.as_view())]\n",
    );
    sandbox.write("junk.py", b"\x00\xff\xfe)))(((class\n\x80".repeat(1000));
    sandbox.write("huge.py", vec![b'x'; 9 * 1024 * 1024]);
    let run = import(&sandbox).exits(0);
    let codes = codes(&run);
    for code in ["python-encoding", "python-syntax", "unknown-view"] {
        assert!(codes.contains(&code.to_owned()), "{code}: {codes:?}");
    }
    assert!(
        sandbox
            .path("api-docs/endpoints/things/get-view.json")
            .exists()
    );
}

#[test]
fn names_never_leave_the_source() {
    let sandbox = sandbox(
        "from views import View\nurlpatterns = [url('^x/$', View.as_view()), url('^y/', include('../secret')), url('^z/', include('/etc/passwd'))]\n",
    );
    let run = import(&sandbox).exits(0);
    assert_eq!(codes(&run), ["computed-urls", "computed-urls"], "{run}");
}

#[test]
fn links_and_pipes() {
    let sandbox = sandbox(
        "import views, linked, pipe, folder, loop\nurlpatterns = [url('^x/$', linked.View.as_view()), url('^p/$', pipe.View.as_view()), url('^f/$', folder.View.as_view())]\n",
    );
    std::os::unix::fs::symlink("views.py", sandbox.path("linked.py")).unwrap();
    std::os::unix::fs::symlink(".", sandbox.path("package")).unwrap();
    std::fs::create_dir(sandbox.path("folder.py")).unwrap();
    let made = std::process::Command::new("mkfifo")
        .arg(sandbox.path("pipe.py"))
        .status();
    assert!(made.unwrap().success());
    let run = import(&sandbox).exits(0);
    assert_eq!(codes(&run), ["unknown-view", "unknown-view"], "{run}");
}

#[test]
fn a_file_that_cannot_be_followed_is_an_error() {
    let sandbox = sandbox("import loop\nurlpatterns = [url('^x/$', loop.View.as_view())]\n");
    std::os::unix::fs::symlink("loop.py", sandbox.path("loop.py")).unwrap();
    let run = sandbox.run(&["import", "docstrings"]).exits(2);
    run.tells(&["cannot read", "loop.py"]);
}

#[test]
fn a_source_that_is_not_there_says_what_is() {
    let sandbox = sandbox("urlpatterns = []\n");
    sandbox.write("shop/web/urls.py", "urlpatterns = []\n");
    let run = sandbox
        .run(&["import", "docstrings", "--urls", "nowhere.urls"])
        .exits(2);
    run.tells(&[
        "there is no module nowhere.urls below .",
        "--source",
        "shop.web.urls",
    ]);
    sandbox
        .run(&["import", "docstrings", "--source", "nowhere"])
        .exits(2)
        .tells(&["there is no module urls below nowhere"]);
}

#[test]
fn a_long_line_of_bases_is_read_or_told() {
    for (length, told) in [(150, false), (400, true)] {
        let sandbox = sandbox(
            "import views\nurlpatterns = [url('^x/$', views.View.as_view()), url('^y/$', views.Other.as_view())]\n",
        );
        let mut views = VIEW.replace("(Endpoint)", &format!("(K{length})"));
        views.push_str("class Other(Endpoint):\n    section = 'things'\n    def get(self):\n        'Other'\nclass K0(Endpoint): pass\n");
        for n in 1..=length {
            views.push_str(&format!("class K{n}(K{}): pass\n", n - 1));
        }
        sandbox.write("views.py", views);
        let run = import(&sandbox).exits(0);
        assert_eq!(
            codes(&run).contains(&"computed-value".to_owned()),
            told,
            "{run}"
        );
    }
}
