package worker

import (
	"os"
	"path"
	"strconv"
	"strings"
)

// physicalMemory returns the memory that this process can have, in bytes: the least of
// what the machine has and what its control groups allow. 0 if it is not known.
func physicalMemory() int64 { return memoryUnder("/") }

// memoryUnder is physicalMemory with /proc and /sys in another directory, for tests.
//
// A process is in a control group of the unified hierarchy (version 2), in one of the
// hierarchy of the memory controller (version 1), or in both; each group has a limit of
// its own, and those above it hold too. Where the groups are mounted stands in
// mountinfo: in a container only the part from its own group on, which is then the
// root of the mount (cgroups(7), proc_pid_mountinfo(5)).
func memoryUnder(root string) int64 {
	var least int64
	consider := func(n int64) {
		if n > 0 && (least == 0 || n < least) {
			least = n
		}
	}
	read := func(name string) string {
		text, _ := os.ReadFile(path.Join(root, name))
		return string(text)
	}
	for line := range strings.Lines(read("/proc/meminfo")) {
		if value, ok := strings.CutPrefix(line, "MemTotal:"); ok {
			kB, _ := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(value), " kB"), 10, 64)
			consider(kB << 10)
		}
	}
	unified, legacy := groups(read("/proc/self/cgroup"))
	for line := range strings.Lines(read("/proc/self/mountinfo")) {
		before, after, ok := strings.Cut(line, " - ")
		place, kind := strings.Fields(before), strings.Fields(after)
		if !ok || len(place) < 5 || len(kind) < 3 {
			continue
		}
		group, file := unified, "memory.max"
		switch {
		case kind[0] == "cgroup2":
		case kind[0] == "cgroup" && hasWord(kind[2], "memory"):
			group, file = legacy, "memory.limit_in_bytes"
		default:
			continue
		}
		mountRoot, mountPoint := place[3], place[4]
		inside, ok := strings.CutPrefix(group, strings.TrimSuffix(mountRoot, "/"))
		if !ok || inside != "" && inside[0] != '/' {
			inside = "" // a group outside of what is mounted: its own is the mount's root
		}
		for at := path.Clean("/" + inside); ; at = path.Dir(at) {
			// "max" is no number, and version 1 has a huge one for none.
			n, _ := strconv.ParseInt(strings.TrimSpace(read(path.Join(mountPoint, at, file))), 10, 64)
			consider(n)
			if at == "/" {
				break
			}
		}
	}
	return least
}

// groups reads the control groups of a process: lines of number, controllers and path,
// that of the unified hierarchy with the number 0.
func groups(text string) (unified, legacy string) {
	for line := range strings.Lines(text) {
		parts := strings.SplitN(strings.TrimSuffix(line, "\n"), ":", 3)
		switch {
		case len(parts) != 3:
		case parts[0] == "0":
			unified = parts[2]
		case hasWord(parts[1], "memory"):
			legacy = parts[2]
		}
	}
	return unified, legacy
}

func hasWord(list, word string) bool {
	for w := range strings.SplitSeq(list, ",") {
		if w == word {
			return true
		}
	}
	return false
}
