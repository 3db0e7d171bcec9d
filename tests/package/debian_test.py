"""The Debian packages: what is in them, what lintian says, and that they do in a bare Debian 12 what
README.md promises. Needs root, and the network for what they depend on.

    debian_test.py BUILD_DIRECTORY

The bare root is kept in BUILD_DIRECTORY/debian-12.tar; remove it to make it anew.
"""

import glob
import hashlib
import os
import shutil
import subprocess
import sys

SOURCE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
# What lintian may say, and why it is left so.
ALLOWED = {
    "initial-upload-closes-no-bugs": "they are not uploaded to Debian",
    "no-symbols-control-file": "C++ templates: the version in shlibs says what is needed",
    "bogus-mail-host-in-debian-changelog": "the maintainer is whoever builds: LINEDB_MAINTAINER",
    "no-copyright-file-pattern": "the sources state no licence",
    "copyright-without-copyright-notice": "the sources state no copyright holder",
    "mail-address-loops-or-bounces": "as bogus-mail-host-in-debian-changelog",
    "bad-distribution-in-changes-file": "there is no .changes file",
}
CONTENTS = {
    "liblinedb": ["/usr/lib/*/liblinedb.so.[0-9]"],
    "linedb-dev": ["/usr/include/linedb/database.h", "/usr/include/linedb/linedb.h",
                   "liblinedb.a", "liblinedb.so ->", "pkgconfig/linedb.pc",
                   "cmake/linedb/linedb-config.cmake"],
    "linedb-tools": ["/usr/bin/dbtool", "/usr/share/man/man1/dbtool.1",
                     "bash-completion/completions/dbtool", "vendor-completions/_dbtool",
                     "vendor_completions.d/dbtool.fish"],
}


def run(*command, **options):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          encoding="utf-8", check=False, stdin=subprocess.DEVNULL, **options)
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)}\n{done.stdout}")
    return done.stdout


def sums(packages):
    found = {}
    for package in packages:
        with open(package, "rb") as file:
            found[os.path.basename(package)] = hashlib.sha256(file.read()).hexdigest()
    return found


def check_contents(packages):
    for package in packages:
        name = os.path.basename(package).split("_")[0].rstrip("0123456789.")
        listed = run("dpkg-deb", "--contents", package)
        for line in CONTENTS[name]:
            if "*" not in line:
                assert line in listed, f"{name} has no {line}:\n{listed}"
        assert "root/root" in listed and "/usr/share/doc/" in listed, listed


def check_lintian(packages):
    said = subprocess.run(["lintian", "--no-tag-display-limit", "--allow-root", *packages],
                          capture_output=True, encoding="utf-8", check=False).stdout
    unknown = [line for line in said.splitlines()
               if line[:2] in ("E:", "W:") and line.split(": ")[2].split(" ")[0] not in ALLOWED]
    print("\n".join(line for line in said.splitlines() if line[:2] in ("E:", "W:")))
    assert not unknown, "\n".join(unknown)


def check_same_again(build, packages):
    before = sums(packages)
    again = os.path.join(build, "again")
    shutil.rmtree(again, ignore_errors=True)
    run("cpack", "-G", "DEB", "-B", again, cwd=build)
    assert before == sums(glob.glob(f"{again}/*.deb")), "the same build made other packages"
    shutil.rmtree(again)


def bare_root(build):
    """A Debian 12 with nothing but what every Debian has."""
    cached, root = f"{build}/debian-12.tar", f"{build}/debian-12"
    shutil.rmtree(root, ignore_errors=True)
    if not os.path.exists(cached):
        run("debootstrap", "--variant=minbase", "bookworm", root)
        run("tar", "-C", root, "-cf", f"{cached}.tmp", ".")
        os.rename(f"{cached}.tmp", cached)
        return root
    os.makedirs(root)
    run("tar", "-C", root, "-xf", cached)
    return root


def in_root(root, command):
    return run("chroot", root, "sh", "-ec", command,
               env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "DEBIAN_FRONTEND": "noninteractive",
                    "LC_ALL": "C.UTF-8", "HOME": "/tmp"})


def check_in_bare_root(build, packages):
    root = bare_root(build)
    work = f"{root}/tmp/work"
    os.makedirs(work)
    for file in [*packages, f"{SOURCE}/examples/quick_start/quick_start.cc",
                 f"{SOURCE}/tests/c_api/campus_program.c"]:
        shutil.copy(file, work)
    shutil.copy("/etc/resolv.conf", f"{root}/etc/resolv.conf")
    in_root(root, "apt-get -q update && cd /tmp/work && apt-get -q -y --no-install-recommends "
                  "install ./*.deb g++ pkg-config")
    said = in_root(root, "cd /tmp/work && g++ -std=c++20 quick_start.cc -o quick_start "
                         "$(pkg-config --cflags --libs linedb) && ./quick_start")
    assert said.endswith("OK\n"), said
    said = in_root(root, "cd /tmp/work && gcc -std=c99 campus_program.c -o campus -llinedb && "
                         "./campus campus_directory")
    assert said == "ok\n", said
    said = in_root(root, "cd /tmp/work && dbtool get university student 1 && dbtool verify university "
                         "&& grep -c alice university/data/student.records")
    assert '"gpa":3.9' in said, said
    said = in_root(root, "apt-get -q -y purge linedb-dev linedb-tools 'liblinedb*' && dpkg -l")
    assert "linedb" not in said.split("Desired=")[1], said
    shutil.rmtree(root)


def main(build):
    build = os.path.abspath(build)
    packages = sorted(glob.glob(f"{build}/*.deb"))
    assert len(packages) == 3, packages
    check_contents(packages)
    check_lintian(packages)
    check_same_again(build, packages)
    check_in_bare_root(build, packages)
    for package in packages:
        print(f"{os.path.basename(package)}: {os.path.getsize(package)} bytes")
    print("installed in a bare Debian 12, quick start run")


if __name__ == "__main__":
    main(sys.argv[1])
