//! A private server, started by `tests/postgres/server.sh`.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use crate::{NO_SERVER, skip};

/// The exit code of `server.sh` if PostgreSQL is not installed.
const NOT_INSTALLED: i32 = 3;

/// A server that may be stopped and killed while a test works with it. It ends with this value, and with the process.
#[derive(Debug)]
pub struct PrivateServer {
    script: Child,
    /// `None` at the end.
    orders: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
    url: String,
}

impl PrivateServer {
    /// Starts a server; `None` if PostgreSQL is not installed.
    ///
    /// # Panics
    /// If it is missing and the variable `CI` is set, or it does not start.
    #[must_use]
    pub fn start_or_skip() -> Option<Self> {
        Self::start(&[]).or_else(|| skip(NO_SERVER))
    }

    /// A new server that takes encrypted connections alone, but for its socket; its URL is that of one. `None` as before.
    ///
    /// # Panics
    /// As before.
    #[must_use]
    pub fn start_with_tls_or_skip() -> Option<Self> {
        Self::start(&["--tls"]).or_else(|| skip(NO_SERVER))
    }

    /// A new server behind a PgBouncer in transaction mode, whose URL is that of the PgBouncer. `None` where one of them is not
    /// installed.
    ///
    /// # Panics
    /// As before.
    #[must_use]
    pub fn start_behind_pgbouncer_or_skip() -> Option<Self> {
        Self::start(&["--pgbouncer"]).or_else(|| skip("PostgreSQL or PgBouncer is not installed"))
    }

    pub(crate) fn start(arguments: &[&str]) -> Option<Self> {
        let mut command = Command::new(Path::new(env!("CARGO_MANIFEST_DIR")).join("server.sh"));
        // Who ends the tests by a signal to all of them does not end what tidies up behind them.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let script = command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
        let mut script = script.expect("server.sh cannot be run");
        let orders = script.stdin.take();
        let answers = BufReader::new(script.stdout.take().expect("server.sh has no output"));
        let mut server = Self { script, orders, answers, url: String::new() };
        server.url = server.answer();
        if server.url.is_empty() {
            let status = server.script.wait().expect("server.sh does not end");
            assert_eq!(status.code(), Some(NOT_INSTALLED), "PostgreSQL does not start: see above");
            return None;
        }
        Some(server)
    }

    /// The URL of a database that is there from the start. It stays the same through all stops.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Shuts the server down, and cuts off who is connected.
    ///
    /// # Panics
    /// If it is not running.
    pub fn stop(&mut self) {
        self.order("stop");
    }

    /// Starts the server again; it takes connections from then on.
    ///
    /// # Panics
    /// If it does not start.
    pub fn start_again(&mut self) {
        self.order("start");
    }

    /// Shuts the server down and starts it again.
    ///
    /// # Panics
    /// If one of them fails.
    pub fn restart(&mut self) {
        self.order("restart");
    }

    /// Ends every process of the server at once, as a crash would.
    ///
    /// # Panics
    /// If it is not running.
    pub fn kill(&mut self) {
        self.order("kill");
    }

    /// The folder of the server, where those of [`PrivateServer::start_with_tls_or_skip`] have their certificates.
    ///
    /// # Panics
    /// If the URL names none.
    #[must_use]
    pub fn folder(&self) -> &Path {
        folder(&self.url)
    }

    /// The URL of the server's own socket, behind whatever is before it.
    ///
    /// # Panics
    /// If the URL names no folder.
    #[must_use]
    pub fn socket_url(&self) -> String {
        let port = self.url.split_once("localhost:").and_then(|(_, rest)| rest.split('/').next()).unwrap_or("5432");
        format!("postgres://risk@/postgres?host={}&port={port}", self.folder().display())
    }

    /// Starts the server again with another of its certificates: `good`, `foreign`, `expired`, `elsewhere`, `itself`,
    /// `nameless`, or `none`.
    ///
    /// # Panics
    /// If it was not started with TLS.
    pub fn use_certificate(&mut self, name: &str) {
        self.order(&format!("tls {name}"));
    }

    /// Starts the server again, and has clients show who they are: by `cert`, or not at all, as `trust`.
    ///
    /// # Panics
    /// If it was not started with TLS.
    pub fn authenticate_by(&mut self, how: &str) {
        self.order(&format!("auth {how}"));
    }

    fn order(&mut self, order: &str) {
        let orders = self.orders.as_mut().expect("orders are given until the end");
        writeln!(orders, "{order}").expect("server.sh takes no orders");
        assert_eq!(self.answer(), "done", "{order}: see above");
    }

    /// The next line that the script writes; empty where there is none.
    fn answer(&mut self) -> String {
        let mut line = String::new();
        self.answers.read_line(&mut line).expect("server.sh does not answer");
        line.trim_end().to_owned()
    }
}

/// The folder that a URL names. It is there exactly as long as the server.
fn folder(url: &str) -> &Path {
    let (_, named) =
        url.split_once("host=").or_else(|| url.split_once("sslrootcert=")).expect("the URL names a folder");
    Path::new(named.split('&').next().unwrap_or(named).trim_end_matches("/ca.crt"))
}

impl Drop for PrivateServer {
    fn drop(&mut self) {
        drop(self.orders.take());
        // What it had to say of that, it has said on standard error.
        let _ = self.script.wait();
    }
}

#[cfg(test)]
mod tests {
    use std::env;
    use std::io::stdin;
    use std::thread::sleep;
    use std::time::{Duration, Instant};

    use postgres::{Client, NoTls};

    use super::*;

    fn rows(server: &PrivateServer) -> i64 {
        Client::connect(server.url(), NoTls).unwrap().query_one("SELECT count(*) FROM record", &[]).unwrap().get(0)
    }

    #[test]
    fn what_was_acknowledged_is_there_after_a_restart_and_after_a_kill() {
        let Some(mut server) = PrivateServer::start_or_skip() else { return };
        let mut client = Client::connect(server.url(), NoTls).unwrap();
        let fsync: String = client.query_one("SHOW fsync", &[]).unwrap().get(0);
        assert_eq!(fsync, "on");
        client.batch_execute("CREATE TABLE record (position bigint); INSERT INTO record VALUES (1)").unwrap();
        server.restart();
        assert!(client.is_valid(Duration::from_secs(5)).is_err());
        assert_eq!(rows(&server), 1);

        let mut client = Client::connect(server.url(), NoTls).unwrap();
        client.batch_execute("INSERT INTO record VALUES (2)").unwrap();
        let mut unfinished = client.transaction().unwrap();
        unfinished.batch_execute("INSERT INTO record VALUES (3)").unwrap();
        server.kill();
        assert!(unfinished.commit().is_err());
        assert!(Client::connect(server.url(), NoTls).is_err());
        server.start_again();
        assert_eq!(rows(&server), 2);

        server.stop();
        assert!(Client::connect(server.url(), NoTls).is_err());
        let place = folder(server.url()).to_owned();
        assert!(place.is_dir());
        drop(server);
        assert!(!place.exists());
    }

    #[test]
    #[ignore = "is no test: it is the process that the next one kills"]
    fn a_process_with_a_server() {
        let Some(server) = PrivateServer::start_or_skip() else { return };
        println!("\n{}", server.url());
        stdin().lines().for_each(drop);
    }

    #[test]
    fn a_process_that_is_killed_leaves_no_server() {
        let mut process = Command::new(env::current_exe().unwrap())
            .args(["private::tests::a_process_with_a_server", "--exact", "--ignored", "--nocapture"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let url = lines.map_while(Result::ok).find(|line| line.starts_with("postgres://"));
        let connected = url.as_deref().map(|url| Client::connect(url, NoTls));
        process.kill().unwrap();
        process.wait().unwrap();
        let Some(url) = url.or_else(|| skip(NO_SERVER)) else { return };
        assert!(connected.unwrap().is_ok());

        let began = Instant::now();
        while folder(&url).exists() && began.elapsed() < Duration::from_secs(30) {
            sleep(Duration::from_millis(50));
        }
        assert!(!folder(&url).exists());
        assert!(Client::connect(&url, NoTls).is_err());
    }
}
