"""Wrong clocks: a library that moves the wall clock of the processes it is loaded into, and no other clock."""

import shutil
import subprocess

SOURCE = r"""
// The offset in seconds is COCOON_TEST_CLOCK, or what stands in the folder COCOON_TEST_CLOCKS in a
// file with the program's name when the process first looks.
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
static long read_offset(void) {
  const char *own = getenv("COCOON_TEST_CLOCK");
  const char *folder = getenv("COCOON_TEST_CLOCKS");
  char path[4096];
  long offset = 0;
  if (own) return atol(own);
  if (!folder) return 0;
  snprintf(path, sizeof path, "%s/%s", folder, program_invocation_short_name);
  FILE *file = fopen(path, "r");
  if (!file) return 0;
  if (fscanf(file, "%ld", &offset) != 1) offset = 0;
  fclose(file);
  return offset;
}
int clock_gettime(clockid_t id, struct timespec *out) {
  static long offset;
  static int known;
  const int result = (int)syscall(SYS_clock_gettime, id, out);
  if (result != 0 || id != CLOCK_REALTIME) return result;
  if (!known) {
    known = 1;
    offset = read_offset();
  }
  out->tv_sec += offset;
  return result;
}
"""


def build(folder):
    """The library's path; None where there is no C compiler."""
    compiler = shutil.which("cc") or shutil.which("clang-19")
    if not compiler:
        return None
    (folder / "clock.c").write_text(SOURCE)
    subprocess.run([compiler, "-shared", "-fPIC", "-O1", "-o", folder / "clock.so", folder / "clock.c"], check=True)
    return str(folder / "clock.so")


class Clocks:
    """Each program's own clock, as of its next start."""

    def __init__(self, library, folder):
        self.folder = folder
        folder.mkdir()
        self.environment = {"LD_PRELOAD": library, "COCOON_TEST_CLOCKS": str(folder)}

    def set(self, program, offset):
        (self.folder / program).write_text(str(offset))
