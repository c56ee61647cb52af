package worker

import (
	"os"
	"path/filepath"
	"testing"
)

// The limit of the process's own group counts, and of those above it, wherever they
// are mounted.
func TestMemoryOfControlGroups(t *testing.T) {
	const mem = "MemTotal:       16777216 kB\n"
	const v2 = "30 23 0:26 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw\n"
	const v1 = "30 23 0:26 / /sys/fs/cgroup/memory rw,nosuid - cgroup cgroup rw,memory\n31 23 0:27 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu\n"
	for name, c := range map[string]struct {
		files map[string]string
		want  int64
	}{
		"no groups": {map[string]string{}, 16 << 30},
		"a systemd unit with MemoryMax=": {map[string]string{
			"proc/self/cgroup": "0::/system.slice/zkpass.service\n", "proc/self/mountinfo": v2,
			"sys/fs/cgroup/system.slice/zkpass.service/memory.max": "2147483648\n", "sys/fs/cgroup/system.slice/memory.max": "max\n",
		}, 2 << 30},
		"a limit above the group": {map[string]string{
			"proc/self/cgroup": "0::/a/b\n", "proc/self/mountinfo": v2,
			"sys/fs/cgroup/a/b/memory.max": "4294967296\n", "sys/fs/cgroup/a/memory.max": "1073741824\n",
		}, 1 << 30},
		"a container with a namespace of its own": {map[string]string{
			"proc/self/cgroup": "0::/\n", "proc/self/mountinfo": v2, "sys/fs/cgroup/memory.max": "536870912\n",
		}, 512 << 20},
		"version 1": {map[string]string{
			"proc/self/cgroup": "4:memory:/docker/abc\n1:cpu:/docker/abc\n0::/\n", "proc/self/mountinfo": v1,
			"sys/fs/cgroup/memory/docker/abc/memory.limit_in_bytes": "2147483648\n", "sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712\n",
		}, 2 << 30},
		"version 1, mounted from its group on": {map[string]string{
			"proc/self/cgroup":                           "4:memory:/docker/abc\n",
			"proc/self/mountinfo":                        "30 23 0:26 /docker/abc /sys/fs/cgroup/memory ro - cgroup cgroup rw,memory\n",
			"sys/fs/cgroup/memory/memory.limit_in_bytes": "3221225472\n",
		}, 3 << 30},
		"a group that is not mounted": {map[string]string{
			"proc/self/cgroup":                           "4:memory:/docker/abc\n",
			"proc/self/mountinfo":                        "30 23 0:26 /other /sys/fs/cgroup/memory ro - cgroup cgroup rw,memory\n",
			"sys/fs/cgroup/memory/memory.limit_in_bytes": "3221225472\n",
		}, 3 << 30},
		"both versions": {map[string]string{
			"proc/self/cgroup": "4:memory:/x\n0::/y\n", "proc/self/mountinfo": v1 + "32 23 0:28 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n",
			"sys/fs/cgroup/memory/x/memory.limit_in_bytes": "2147483648\n", "sys/fs/cgroup/unified/y/memory.max": "max\n",
		}, 2 << 30},
		"no limit": {map[string]string{
			"proc/self/cgroup": "0::/x\n", "proc/self/mountinfo": v2, "sys/fs/cgroup/x/memory.max": "max\n",
		}, 16 << 30},
	} {
		root := t.TempDir()
		c.files["proc/meminfo"] = mem
		for path, text := range c.files {
			path = filepath.Join(root, path)
			if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if got := memoryUnder(root); got != c.want {
			t.Errorf("%s: %d MB, want %d", name, got>>20, c.want>>20)
		}
	}
	if physicalMemory() <= 0 {
		t.Error("nothing is known of this machine")
	}
}
