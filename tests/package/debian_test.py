"""The Debian packages, as who installs them meets them. It guards what no build of the tree sees: a file
that is not in a package, a library that is not among what a package depends on, a package that is
another one when it is made again.

    debian_test.py BUILD_DIRECTORY SOURCE_DIRECTORY

Needs root, and what apt of this machine has for what they depend on.
"""

import fnmatch
import glob
import hashlib
import os
import shutil
import subprocess
import sys
import time

from bare_debian import BareDebian, run

# What lintian may say, and why it is left so.
ALLOWED = {
    "bogus-mail-host": "the maintainer is whoever builds: LINEDB_MAINTAINER",
    "bogus-mail-host-in-debian-changelog": "the maintainer is whoever builds: LINEDB_MAINTAINER",
    "copyright-without-copyright-notice": "the sources state no copyright holder",
    "hardening-no-fortify-functions": "compiled as it is tested; CXXFLAGS are whoever builds's",
    "initial-upload-closes-no-bugs": "they are not uploaded to Debian",
    "no-symbols-control-file": "C++ templates: the version in shlibs says what is needed",
    "spelling-error-in-binary": "texts that the linker laid over each other's ends",
}
DOCUMENTS = [f"usr/share/doc/PACKAGE/{name}"
             for name in ("changelog.Debian.gz", "changelog.gz", "copyright")]
# Files of each package: all that are there match a pattern, and each pattern is matched.
FILES = {
    "liblinedb": ["usr/lib/MULTIARCH/liblinedb.so.[0-9]*.[0-9]*.[0-9]*",
                  "usr/lib/MULTIARCH/liblinedb.so.[0-9]*.[0-9]", *DOCUMENTS],
    "linedb-dev": ["usr/include/linedb/*.h", "usr/lib/MULTIARCH/liblinedb.a",
                   "usr/lib/MULTIARCH/liblinedb.so", "usr/lib/MULTIARCH/pkgconfig/linedb.pc",
                   "usr/lib/MULTIARCH/cmake/linedb/linedb-config.cmake",
                   "usr/lib/MULTIARCH/cmake/linedb/linedb-config-version.cmake",
                   "usr/lib/MULTIARCH/cmake/linedb/linedb_libraries.cmake",
                   "usr/lib/MULTIARCH/cmake/linedb/linedb_targets*.cmake", *DOCUMENTS],
    "linedb-tools": ["usr/bin/dbtool", "usr/share/man/man1/dbtool.1.gz",
                     "usr/share/bash-completion/completions/dbtool",
                     "usr/share/zsh/vendor-completions/_dbtool",
                     "usr/share/fish/vendor_completions.d/dbtool.fish", *DOCUMENTS],
}
CONTROL = {
    "liblinedb": {"control", "md5sums", "shlibs", "triggers"},
    "linedb-dev": {"control", "md5sums"},
    "linedb-tools": {"control", "md5sums"},
}


def field(package, name):
    return run("dpkg-deb", "--field", package, name).strip()


def kind(package):
    """The package's name without the version that the shared library's has."""
    return field(package, "Package").rstrip("0123456789.")


def listed(*command):
    """The names of files, not of folders, that `tar --list` tells."""
    names = run("sh", "-c", f"{' '.join(command)} | tar --list").splitlines()
    return [name.removeprefix("./") for name in names if not name.endswith("/")]


# [package-11]
def check_contents(packages, source):
    multiarch = run("dpkg-architecture", "-qDEB_HOST_MULTIARCH").strip()
    for package in packages:
        patterns = [pattern.replace("MULTIARCH", multiarch).replace("PACKAGE", field(package, "Package"))
                    for pattern in FILES[kind(package)]]
        files = listed("dpkg-deb", "--fsys-tarfile", package)
        for file in files:
            assert any(fnmatch.fnmatchcase(file, pattern) for pattern in patterns), (package, file)
        for pattern in patterns:
            assert fnmatch.filter(files, pattern), (package, pattern)
        if kind(package) == "linedb-dev":
            headers = {os.path.basename(file) for file in files if file.endswith(".h")}
            public = {os.path.basename(file) for file in glob.glob(f"{source}/*/include/linedb/*.h")}
            assert headers == public, headers ^ public
        owners = {line.split()[1] for line in run("dpkg-deb", "--contents", package).splitlines()}
        assert owners == {"root/root"}, owners


# [package-11]
def check_control(packages):
    by_kind = {kind(package): package for package in packages}
    for name, package in by_kind.items():
        control = set(listed("dpkg-deb", "--ctrl-tarfile", package))
        assert control == CONTROL[name], (name, control)
    library = by_kind["liblinedb"]
    name, version = field(library, "Package"), field(library, "Version")
    shlibs = run("dpkg-deb", "--info", library, "shlibs").strip()
    assert shlibs == f"liblinedb {name.removeprefix('liblinedb')} {name} (>= {version})", shlibs
    assert f"{name} (= {version})" in field(by_kind["linedb-dev"], "Depends")
    for other in ("liblinedb", "linedb-tools"):
        needed = field(by_kind[other], "Depends")
        assert "libc6 (>=" in needed and "-dev" not in needed and "linedb" not in needed, needed
    beside = {name: field(package, "Multi-Arch") for name, package in by_kind.items()}
    assert beside == {"liblinedb": "same", "linedb-dev": "same", "linedb-tools": "foreign"}, beside


# [package-12]
def check_lintian(packages):
    said = subprocess.run(["lintian", "--display-info", "--tag-display-limit", "0", *packages],
                          capture_output=True, encoding="utf-8", check=False).stdout
    tags = [line for line in said.splitlines() if line[:2] in ("E:", "W:", "I:")]
    unknown = [line for line in tags if line.split(": ", 2)[2].split(" ")[0] not in ALLOWED]
    assert tags and not unknown, "\n".join(unknown)
    return f"{len(tags)} tags, all of them allowed"


def sums(folder):
    found = {}
    for package in glob.glob(f"{folder}/*.deb"):
        with open(package, "rb") as file:
            found[os.path.basename(package)] = hashlib.sha256(file.read()).hexdigest()
    return found


# [package-12]
def check_same_again(build):
    again = os.path.join(build, "again")
    shutil.rmtree(again, ignore_errors=True)
    environment = {name: value for name, value in os.environ.items() if name != "SOURCE_DATE_EPOCH"}
    run("cpack", "-G", "DEB", "-B", again, cwd=build, env=environment)
    assert sums(build) == sums(again), "the same build made other packages"
    shutil.rmtree(again)


# [package-12]
def check_no_place_named(packages, build, source):
    """No file tells where it was built."""
    for package in packages:
        unpacked = os.path.join(build, "unpacked")
        run("dpkg-deb", "--extract", package, unpacked)
        found = subprocess.run(["grep", "-rlaF", source, unpacked], stdout=subprocess.PIPE,
                               encoding="utf-8", check=False).stdout
        assert not found, found
        shutil.rmtree(unpacked)


# [package-13]
class Installed:
    """The packages installed in a bare Debian, and nothing that they do not ask for themselves."""

    def __init__(self, build, packages, source):
        self.names = [field(package, "Package") for package in packages]
        self.debian = BareDebian(f"{build}/debian-12")
        self.debian.run("mkdir /tmp/work")
        for file in (*packages, f"{source}/examples/quick_start/quick_start.cc",
                     f"{source}/examples/typed_queries/typed_queries.cc",
                     f"{source}/examples/python_ctypes/students.py",
                     f"{source}/tests/c_api/campus_program.c", f"{source}/tests/package/consumer"):
            self.debian.copy(file, "tmp/work")
        self.debian.run("apt-get -q update")
        self.before = self.files()

    def files(self):
        return set(self.debian.run("find / -xdev -path /proc -prune -o -path /tmp -prune -o "
                                   "-iname '*linedb*' -print -o -name '*dbtool*' -print").splitlines())

    def get(self, *names):
        return self.debian.run("cd /tmp/work && apt-get -q -y --no-install-recommends install "
                               + " ".join(names))

    def run(self, script):
        return self.debian.run(f"cd /tmp/work && {script}")

    def tools_alone(self):
        """dbtool with what linedb-tools depends on."""
        self.get("./linedb-tools_*.deb")
        self.run("dbtool init campus && dbtool create campus course --column id:int:primary_key "
                 "--column name:str && "
                 "echo '{\"id\":1,\"name\":\"Logic\"}' | dbtool put campus course -")
        assert self.run("dbtool get campus course 1") == '{"id":1,"name":"Logic"}\n'
        self.run("zcat /usr/share/man/man1/dbtool.1.gz | grep -q '^dbtool'")
        self.run("! dpkg-query -W 'liblinedb*'")

    def library_alone(self):
        """A program that was linked elsewhere: Python, which loads the library by its name."""
        self.get("./liblinedb*.deb", "python3-minimal", "libpython3-stdlib")
        assert self.run("python3 students.py campus_python").endswith("Ada 3.9\nZoë 3.7\n")

    def quick_start(self):
        """What README.md tells, shared and static."""
        self.get("./linedb-dev*.deb", "g++", "pkg-config")
        said = self.run("g++ -std=c++20 quick_start.cc -o quick_start "
                        "$(pkg-config --cflags --libs linedb) && ./quick_start")
        assert said.endswith("OK\n") and "ALREADY_EXISTS" in said, said
        assert "liblinedb.so.0.1" in self.run("objdump -p quick_start | grep NEEDED")
        said = self.run("dbtool get university student 1 && dbtool verify university")
        assert '"gpa":3.9' in said, said
        self.run("g++ -std=c++20 quick_start.cc -o quick_start_static $(pkg-config --cflags --static "
                 "--libs linedb | sed s/-llinedb/-l:liblinedb.a/) && rm -r university")
        assert self.run("./quick_start_static").endswith("OK\n")
        self.run("! objdump -p quick_start_static | grep liblinedb")

    def c_program(self):
        assert self.run("gcc -std=c99 -pedantic -Wall -Werror campus_program.c -o campus_program "
                        "-llinedb && ./campus_program campus_c") == "ok\n"

    def found_by_cmake(self):
        self.get("cmake", "make")
        for wanted in ("shared", "static"):
            said = self.run(f"cmake -S consumer -B found -DKIND={wanted} "
                            f"-DPROGRAM=/tmp/work/typed_queries.cc >found.log && "
                            f"cmake --build found >>found.log && cd found && ./consumer && "
                            f"cd .. && rm -r found")
            assert said, said

    def purged(self):
        """All that was installed is as it was packed, and goes without a trace."""
        wrong = self.run("dpkg --verify " + " ".join(self.names))
        assert not wrong, wrong
        self.run("apt-get -q -y purge " + " ".join(self.names))
        assert self.files() == self.before, self.files() - self.before
        self.run("! ldconfig -p | grep linedb && ! ./quick_start")


def main(build, source):
    build, source = os.path.abspath(build), os.path.abspath(source)
    packages = sorted(glob.glob(f"{build}/*.deb"))
    assert sorted(map(kind, packages)) == sorted(FILES), packages
    for package in packages:
        print(f"{os.path.basename(package)}: {os.path.getsize(package):,} bytes")

    def step(claim, function, *arguments):
        started = time.monotonic()
        said = function(*arguments)
        print(f"{claim:<56}{time.monotonic() - started:6.1f} s  {said if isinstance(said, str) else ''}",
              flush=True)
        return said

    step("have the files that they should have", check_contents, packages, source)
    step("depend on what they need", check_control, packages)
    step("lintian finds nothing that is not explained", check_lintian, packages)
    step("are the same when made again", check_same_again, build)
    step("do not tell where they were built", check_no_place_named, packages, build, source)
    installed = step("a bare Debian 12 is made", Installed, build, packages, source)
    try:
        step("dbtool runs there by itself", installed.tools_alone)
        step("the shared library does, from Python", installed.library_alone)
        step("the quick start is compiled and runs, shared and static", installed.quick_start)
        step("a program in C does", installed.c_program)
        step("CMake finds the package, shared and static", installed.found_by_cmake)
        step("purged, nothing is left", installed.purged)
    finally:
        installed.debian.remove()


if __name__ == "__main__":
    main(*sys.argv[1:])
