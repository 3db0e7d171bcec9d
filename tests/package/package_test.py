"""The installed library as those outside the tree meet it. It guards what no test of the library
sees: a header that is not installed, a symbol that is not exported, a project whose flags change
because it has linedb as a part.

    package_test.py CASE[,CASE...] BUILD SOURCE SCRATCH [CXX]
"""

import os
import re
import shutil
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

THIRD_PARTY = ("absl/", "nlohmann/")
INCLUDE = re.compile(r'^\s*#\s*include\s*"([^"]+)"', re.MULTILINE)


def run(*command, **options):
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=False, **options)
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)}\n{done.stdout}{done.stderr}")
    return done.stdout


class Package:
    def __init__(self, build, source, scratch, compiler="c++"):
        self.build, self.source, self.scratch = build, source, scratch
        self.compiler = compiler
        self.prefix = os.path.join(scratch, "installed")
        self.program = os.path.join(source, "examples/quick_start/quick_start.cc")

    def install(self):
        for component in ("library", "development"):
            run("cmake", "--install", self.build, "--prefix", self.prefix, "--component", component)
        for folder, _, files in os.walk(self.prefix):
            if "linedb.pc" in files:
                return os.path.dirname(folder)  # where libraries are
        sys.exit("linedb.pc is not installed")

    def fresh(self, name):
        folder = os.path.join(self.scratch, name)
        shutil.rmtree(folder, ignore_errors=True)
        os.makedirs(folder)
        return folder

    def check_program(self, program, folder, libraries=None):
        """It does what README.md says of it, with the library that it was linked with."""
        environment = dict(os.environ, LD_LIBRARY_PATH=libraries or "")
        output = run(program, cwd=folder, env=environment)
        assert output.endswith("OK\n") and "alice@uni.edu" in output, output

    # [package-1]
    def exported(self):
        library = os.path.join(self.build, "engine/liblinedb.so")
        symbols = run("nm", "-D", "--defined-only", "-C", library).splitlines()
        names = [line.split(" ", 2)[2] for line in symbols if " A " not in line]
        own = re.compile(r"(?:(?:vtable|typeinfo|typeinfo name) for )?linedb::|linedb_[a-z_]+(?:@|$)")
        foreign = [name for name in names if not own.match(name)]
        inside = [name for name in names if re.match(
            r"linedb::(?:wal|c_api|dbtool)::|linedb::engine::(?:Engine|TableState|KeyIndex|Catalog)::",
            name)]
        assert not foreign, foreign
        assert not inside, inside
        assert any(name.startswith("linedb::Database::Open(") for name in names)
        header = os.path.join(self.source, "engine/include/linedb/linedb.h")
        with open(header, encoding="utf-8") as file:
            declared = set(re.findall(r"^[a-z].*\b(linedb_\w+)\(", file.read(), re.MULTILINE))
        missing = declared - {name.split("@")[0] for name in names}
        assert declared and not missing, missing

    # [package-2]
    def soname(self):
        dynamic = run("readelf", "-d", os.path.join(self.build, "engine/liblinedb.so"))
        version = run(sys.executable, "-c", "import ctypes, sys; l = ctypes.CDLL(sys.argv[1]); "
                      "l.linedb_version.restype = ctypes.c_char_p; print(l.linedb_version().decode())",
                      os.path.join(self.build, "engine/liblinedb.so")).strip()
        major, minor, _ = version.split(".")
        wanted = f"{major}.{minor}" if major == "0" else major
        assert f"[liblinedb.so.{wanted}]" in dynamic, dynamic

    # [package-10]
    def headers(self):
        self.install()
        include = os.path.join(self.prefix, "include")
        names = sorted(f"linedb/{file}" for file in os.listdir(os.path.join(include, "linedb")))
        for name in names:
            with open(os.path.join(include, name), encoding="utf-8") as file:
                for included in INCLUDE.findall(file.read()):
                    assert included in names or included.startswith(THIRD_PARTY), (name, included)

        self.compile_text("".join(f'#include "{name}"\n' for name in names))
        return names

    # [package-10]
    def headers_alone(self):
        names = self.headers()
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            list(pool.map(lambda name: self.compile_text(f'#include "{name}"\n'), names))

    def compile_text(self, text):
        run(self.compiler, "-std=c++20", "-fsyntax-only", f"-I{self.prefix}/include", "-x", "c++", "-",
            input=text)

    # [package-3]
    def find_package(self):
        libraries = self.install()
        for kind in ("default", "shared", "static"):
            folder = self.fresh(f"found_{kind}")
            run("cmake", "-G", "Ninja", "-B", folder,
                "-S", os.path.join(self.source, "tests/package/consumer"),
                f"-DCMAKE_PREFIX_PATH={self.prefix}", f"-DKIND={kind}",
                f"-DPROGRAM={self.program}", f"-DCMAKE_CXX_COMPILER={self.compiler}")
            run("cmake", "--build", folder)
            needed = run("readelf", "-d", os.path.join(folder, "consumer"))
            assert ("liblinedb.so" in needed) == (kind != "static"), needed
            self.check_program(os.path.join(folder, "consumer"), folder, libraries)

    # [package-3]
    def pkg_config(self):
        libraries = self.install()
        folder = self.fresh("pkg_config")
        environment = dict(os.environ, PKG_CONFIG_PATH=os.path.join(libraries, "pkgconfig"))
        program = os.path.join(folder, "consumer")

        def flags(*words):
            return run("pkg-config", *words, "linedb", env=environment).split()

        run(self.compiler, "-std=c++20", "-c", self.program, "-o", f"{program}.o",
            *flags("--cflags"))
        run(self.compiler, f"{program}.o", "-o", program, *flags("--libs"))
        self.check_program(program, folder, libraries)
        # The static one by its name: of others, Debian has some as shared libraries only.
        static = ["-l:liblinedb.a" if flag == "-llinedb" else flag
                  for flag in flags("--libs", "--static")]
        run(self.compiler, f"{program}.o", "-o", program, *static)
        self.check_program(program, self.fresh("pkg_config_static"))

    # [package-3]
    def examples(self, names=("transactions", "typed_queries")):
        """Programs that use more of the headers than the first one, with the shared library."""
        libraries = self.install()
        folder = self.fresh("examples")
        environment = dict(os.environ, PKG_CONFIG_PATH=os.path.join(libraries, "pkgconfig"))
        flags = run("pkg-config", "--cflags", "--libs", "linedb", env=environment).split()

        def check(name):
            program = os.path.join(folder, name)
            run(self.compiler, "-std=c++20", os.path.join(self.source, f"examples/{name}/{name}.cc"),
                "-o", program, *flags)
            assert "liblinedb.so" in run("readelf", "-d", program)
            scratch = self.fresh(f"examples/{name}_run")
            assert run(program, cwd=scratch, env=dict(os.environ, LD_LIBRARY_PATH=libraries))

        with ThreadPoolExecutor(os.cpu_count()) as pool:
            list(pool.map(check, names))

    def examples_all(self):
        folder = os.path.join(self.source, "examples")
        self.examples([name for name in sorted(os.listdir(folder))
                       if os.path.exists(os.path.join(folder, name, f"{name}.cc"))])

    # [package-9]
    def subdirectory(self):
        folder = self.fresh("parent")
        run("cmake", "-G", "Ninja", "-B", folder,
            "-S", os.path.join(self.source, "tests/package/parent"),
            f"-DLINEDB={self.source}", f"-DPROGRAM={self.program}",
            f"-DCMAKE_CXX_COMPILER={self.compiler}")
        assert "Total Tests: 0" in run("ctest", "--test-dir", folder, "-N")
        run("cmake", "--install", folder, "--prefix", os.path.join(folder, "installed"))
        assert not os.path.exists(os.path.join(folder, "installed"))
        return folder

    def subdirectory_built(self):
        folder = self.subdirectory()
        run("cmake", "--build", folder, "--parallel", str(os.cpu_count()), "--target", "consumer")
        self.check_program(os.path.join(folder, "consumer"), folder)


def main(cases, *places):
    for case in cases.split(","):
        started = time.monotonic()
        getattr(Package(*places), case)()
        print(f"{case:<56}{time.monotonic() - started:6.1f} s", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
