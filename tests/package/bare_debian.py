"""A bare Debian 12 in a folder: what debootstrap makes of the packages that this machine's own apt gets,
from where it gets them. Programs run in it with processes, mounts and an environment of their own.
"""

import os
import re
import subprocess
import sys

RELEASE = "bookworm"
AS_ROOT = [] if os.geteuid() == 0 else ["sudo"]
APT_SETTINGS = re.compile(r"Acquire::(?:https?::|Retries|Check-Valid-Until|ForceIPv)")
KEYRING = re.compile(r"signed-by\s*[:=]\s*(/[^\s,\]]+)", re.IGNORECASE)


def run(*command, **options):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          encoding="utf-8", check=False, stdin=subprocess.DEVNULL, **options)
    if done.returncode != 0:
        sys.exit(f"failed with {done.returncode}: {' '.join(command)}\n{done.stdout}")
    return done.stdout


class MachinesApt:
    """Where this machine gets Debian 12 from: mirrors, keys, proxies."""

    def __init__(self):
        if not (entries := self.entries()):
            run(*AS_ROOT, "apt-get", "-q", "update")
            entries = self.entries()
        self.mirrors = [entry[1] for entry in entries if entry[0] == RELEASE]
        if not self.mirrors:
            sys.exit(f"apt of this machine gets no packages of Debian's {RELEASE}")
        self.sources = "".join(sorted({f"deb {uri} {suite} {part}\n"
                                       for _, uri, suite, part, _ in entries}))
        settings = run("apt-config", "dump", "--format", '%F "%v";%n', "Acquire").splitlines()
        self.settings = "".join(f"{line}\n" for line in settings if APT_SETTINGS.match(line))
        self.keyrings = sorted({found for *_, place in entries for found in self.keyrings_of(place)})
        self.proxies = {name: value for name, value in os.environ.items()
                        if name.lower() in ("http_proxy", "https_proxy", "no_proxy")}
        if found := re.search(r'^Acquire::http::Proxy "(.+)";$', self.settings, re.MULTILINE):
            if found[1] != "DIRECT":
                self.proxies.setdefault("http_proxy", found[1])

    @staticmethod
    def entries():
        """(codename, uri, suite, component, place) of all that apt has of Debian's release."""
        listed = run("apt-get", "indextargets", "--format",
                     "$(ORIGIN)|$(CODENAME)|$(REPO_URI)|$(RELEASE)|$(COMPONENT)|$(SOURCESENTRY)",
                     "Created-By: Packages")
        rows = [line.split("|") for line in listed.splitlines()]
        return [tuple(row[1:]) for row in rows if row[0] == "Debian" and row[1].startswith(RELEASE)]

    @staticmethod
    def keyrings_of(place):
        """What the file of an entry, FILE:NUMBER, says that its packages are signed by."""
        with open(place.rpartition(":")[0], encoding="utf-8") as file:
            return [path for path in KEYRING.findall(file.read()) if os.path.exists(path)]


class BareDebian:
    """What debootstrap made is kept in FOLDER.tar; remove that to have it made anew."""

    def __init__(self, folder):
        self.folder, self.cached, self.apt = folder, f"{folder}.tar", MachinesApt()
        self.remove()
        if os.path.exists(self.cached):
            os.makedirs(folder)
            run(*AS_ROOT, "tar", "-C", folder, "-xf", self.cached)
        else:
            self.bootstrap()
        self.give_apt_settings()

    def bootstrap(self):
        options = [f"--keyring={keyring}" for keyring in self.apt.keyrings[:1]]
        if self.apt.mirrors[0].startswith("https:"):
            options.append("--include=ca-certificates")
        run(*AS_ROOT, "env", *self.proxy_settings(), "debootstrap", "--variant=minbase", *options,
            RELEASE, self.folder, self.apt.mirrors[0])
        run(*AS_ROOT, "tar", "-C", self.folder, "-cf", f"{self.cached}.tmp", ".")
        run(*AS_ROOT, "mv", f"{self.cached}.tmp", self.cached)

    def give_apt_settings(self):
        self.write("etc/apt/sources.list", self.apt.sources)
        self.write("etc/apt/apt.conf.d/01machine", self.apt.settings)
        self.copy("/etc/resolv.conf", "etc/resolv.conf")
        for keyring in self.apt.keyrings:
            self.copy(keyring, "etc/apt/trusted.gpg.d")

    def proxy_settings(self):
        return [f"{name}={value}" for name, value in self.apt.proxies.items()]

    def write(self, name, text):
        written = f"{self.folder}.file"
        with open(written, "w", encoding="utf-8") as file:
            file.write(text)
        self.copy(written, name)
        os.remove(written)

    def copy(self, source, name):
        run(*AS_ROOT, "cp", "-rL", source, os.path.join(self.folder, name))

    def run(self, script):
        """What a shell in it prints of the script; ends the test if one of its commands fails."""
        return run(*AS_ROOT, "unshare", "--mount", "--pid", "--fork",
                   f"--mount-proc={self.folder}/proc", "chroot", self.folder, "env", "-i",
                   "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "DEBIAN_FRONTEND=noninteractive",
                   "LC_ALL=C.UTF-8", "HOME=/tmp", *self.proxy_settings(), "sh", "-ec", script)

    def remove(self):
        run(*AS_ROOT, "rm", "-rf", "--one-file-system", self.folder)
