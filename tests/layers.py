#!/usr/bin/env python3
"""layers.py [ROOT]: reads the #include lines of the rooms and fails on what the design forbids.

- a foreign edge: core includes nothing of ours outside core; parsers and analyzer only core; reports only core and the
  analyzer's results (diagnosis.h, fleet.h, comparison.h); cli anything; samples/generator only itself.
- a cycle of includes among files, or of uses among modules (a module is NAME.c with NAME.h).
- GSL outside analyzer/stats*, cairo or pango outside reports/, libarchive outside parsers/reader* and parsers/unpack*.
- an include that is not written from the root, or of a file that is not there.
- two files of one name anywhere in the tree.
"""
import os
import re
import sys

ROOMS = ("core", "parsers", "analyzer", "reports", "cli")
MAY_SEE = {
    "core": ("core/",),
    "parsers": ("core/", "parsers/"),
    "analyzer": ("core/", "analyzer/"),
    "reports": ("core/", "reports/", "analyzer/diagnosis.h", "analyzer/fleet.h", "analyzer/comparison.h"),
    "cli": ("core/", "parsers/", "analyzer/", "reports/", "cli/"),
    "samples": ("samples/",),
}
# Header of a library: where it may be included.
LIBRARIES = (
    (re.compile(r"gsl/"), re.compile(r"analyzer/stats\w*\.[ch]$"), "GSL only in analyzer/stats*"),
    (re.compile(r"(cairo|pango|fontconfig)"), re.compile(r"reports/"), "cairo and pango only in reports/"),
    (re.compile(r"archive(_entry)?\.h$"), re.compile(r"parsers/(reader|unpack)\w*\.[ch]$"), "libarchive only in parsers/reader* and parsers/unpack*"),
)
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"]+)[>"]', re.M)


def sources(root):
    for room in ROOMS + ("samples/generator",):
        for here, _, names in os.walk(os.path.join(root, room)):
            for name in sorted(names):
                if name.endswith((".c", ".h")):
                    yield os.path.relpath(os.path.join(here, name), root)


def read_includes(root, path):
    with open(os.path.join(root, path), encoding="utf-8") as f:
        text = f.read()
    return [(text.count("\n", 0, m.start()) + 1, m.group(1) == "<", m.group(2)) for m in INCLUDE.finditer(text)]


def check_include(root, path, number, system, target, complaints):
    room = path.split("/")[0]
    if system:
        for header, allowed, rule in LIBRARIES:
            if header.match(target) and not allowed.match(path):
                complaints.append("%s:%d: includes <%s>: %s" % (path, number, target, rule))
        return False
    if "/" not in target or not os.path.exists(os.path.join(root, target)):
        complaints.append('%s:%d: "%s": includes are written from the root and must exist' % (path, number, target))
        return False
    if not target.startswith(MAY_SEE[room]):
        complaints.append('%s:%d: "%s": %s may include only %s' % (path, number, target, room, ", ".join(MAY_SEE[room])))
    return True


def find_cycle(graph):
    """The nodes of one cycle, or None. Iterative: a long chain is no reason to overflow."""
    state = {}
    for start in sorted(graph):
        if state.get(start):
            continue
        path, stack = [], [(start, iter(sorted(graph[start])))]
        state[start] = 1
        path.append(start)
        while stack:
            node, successors = stack[-1]
            following = next(successors, None)
            if following is None:
                stack.pop()
                path.pop()
                state[node] = 2
            elif state.get(following) == 1:
                return path[path.index(following):] + [following]
            elif not state.get(following):
                state[following] = 1
                path.append(following)
                stack.append((following, iter(sorted(graph.get(following, ())))))
    return None


def check_rooms(files, complaints):
    edges = {}
    for path, targets in files.items():
        room = path.split("/")[0]
        edges.setdefault(room, set()).update(t.split("/")[0] for t in targets if t.split("/")[0] != room)
    cycle = find_cycle(edges)
    if cycle:
        complaints.append("rooms in a cycle: " + " -> ".join(cycle))


def check_names(root, complaints):
    seen = {}
    for here, folders, names in os.walk(root):
        folders[:] = sorted(d for d in folders if not d.startswith((".", "build")) and d not in ("cases", "bad", "corpus", "whyslow-report"))
        for name in sorted(names):
            if name.endswith((".c", ".h", ".py", ".sh")):
                path = os.path.relpath(os.path.join(here, name), root)
                if name in seen:
                    complaints.append("%s: there is already a %s" % (path, seen[name]))
                seen.setdefault(name, path)


def main():
    root = sys.argv[1] if len(sys.argv) > 1 else "."
    complaints, files = [], {}
    for path in sources(root):
        files[path] = {t for n, s, t in read_includes(root, path) if check_include(root, path, n, s, t, complaints)}
    if not files:
        complaints.append("%s: no sources found" % root)
    cycle = find_cycle(files)
    if cycle:
        complaints.append("includes in a cycle: " + " -> ".join(cycle))
    # The analyzer's results are all that reports see of it, so rooms are free of cycles if this graph is.
    check_rooms(files, complaints)
    check_names(root, complaints)
    for complaint in complaints:
        print(complaint)
    if complaints:
        return 1
    print("layers: %d files, %d includes, one way, no cycle" % (len(files), sum(len(t) for t in files.values())))
    return 0


if __name__ == "__main__":
    sys.exit(main())
