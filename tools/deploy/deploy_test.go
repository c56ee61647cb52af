// Package deploy has the checks of what stands in the folder deploy: manifests by the types
// of Kubernetes itself, alert rules by Prometheus' own reader, and a dashboard whose
// metrics there are.
package deploy

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/rulefmt"
	"github.com/prometheus/prometheus/promql/parser"
	apps "k8s.io/api/apps/v1"
	core "k8s.io/api/core/v1"
	networking "k8s.io/api/networking/v1"
	policy "k8s.io/api/policy/v1"
	"sigs.k8s.io/yaml"
)

const root = "../.."

func read(t *testing.T, path string) []byte {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, path))
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// Every manifest is of a kind and form that Kubernetes has, and runs with what a container
// needs no more than: neither root, nor privileges, nor a file system to write to.
func TestKubernetes(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(root, "deploy/kubernetes/*.yaml"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no manifests: %v", err)
	}
	kinds := map[string]func() any{
		"v1/ConfigMap":                       func() any { return new(core.ConfigMap) },
		"v1/Service":                         func() any { return new(core.Service) },
		"v1/PersistentVolumeClaim":           func() any { return new(core.PersistentVolumeClaim) },
		"apps/v1/Deployment":                 func() any { return new(apps.Deployment) },
		"policy/v1/PodDisruptionBudget":      func() any { return new(policy.PodDisruptionBudget) },
		"networking.k8s.io/v1/NetworkPolicy": func() any { return new(networking.NetworkPolicy) },
	}
	deployments := 0
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for i, document := range bytes.Split(text, []byte("\n---\n")) {
			var head struct{ APIVersion, Kind string }
			if err := yaml.Unmarshal(document, &head); err != nil {
				t.Errorf("%s, document %d: %v", file, i, err)
				continue
			}
			made, ok := kinds[head.APIVersion+"/"+head.Kind]
			if !ok {
				t.Errorf("%s, document %d: %s/%s is checked by nothing", file, i, head.APIVersion, head.Kind)
				continue
			}
			object := made()
			if err := yaml.UnmarshalStrict(document, object); err != nil {
				t.Errorf("%s, document %d: %v", file, i, err)
			}
			if deployment, ok := object.(*apps.Deployment); ok {
				deployments++
				checkPod(t, deployment)
			}
		}
	}
	if deployments == 0 {
		t.Error("no deployment")
	}
}

func checkPod(t *testing.T, d *apps.Deployment) {
	pod := d.Spec.Template.Spec
	if pod.EnableServiceLinks == nil || *pod.EnableServiceLinks {
		t.Errorf("%s: service links are on: their variables would be taken for settings", d.Name)
	}
	if pod.SecurityContext == nil || pod.SecurityContext.RunAsNonRoot == nil || !*pod.SecurityContext.RunAsNonRoot {
		t.Errorf("%s: may run as root", d.Name)
	}
	for label, value := range d.Spec.Selector.MatchLabels {
		if d.Spec.Template.Labels[label] != value {
			t.Errorf("%s: the selector does not match its pods", d.Name)
		}
	}
	volumes := map[string]bool{}
	for _, volume := range pod.Volumes {
		volumes[volume.Name] = true
	}
	for _, c := range pod.Containers {
		s := c.SecurityContext
		if s == nil || s.AllowPrivilegeEscalation == nil || *s.AllowPrivilegeEscalation || s.ReadOnlyRootFilesystem == nil || !*s.ReadOnlyRootFilesystem {
			t.Errorf("%s: container %s has more rights than it needs", d.Name, c.Name)
		}
		if c.ReadinessProbe == nil || c.LivenessProbe == nil || c.StartupProbe == nil {
			t.Errorf("%s: container %s lacks a probe", d.Name, c.Name)
		}
		if c.Resources.Limits.Memory().IsZero() || c.Resources.Requests.Cpu().IsZero() {
			t.Errorf("%s: container %s has no limit of memory or no request of processors", d.Name, c.Name)
		}
		ports := map[string]bool{}
		for _, port := range c.Ports {
			ports[port.Name] = true
		}
		for _, probe := range []*core.Probe{c.ReadinessProbe, c.LivenessProbe, c.StartupProbe} {
			if probe != nil && !ports[probe.HTTPGet.Port.String()] {
				t.Errorf("%s: a probe asks the port %s, which there is not", d.Name, probe.HTTPGet.Port.String())
			}
		}
		for _, mount := range c.VolumeMounts {
			if !volumes[mount.Name] {
				t.Errorf("%s: no volume %s", d.Name, mount.Name)
			}
		}
	}
}

var (
	metricName = regexp.MustCompile(`\b(?:zkpass|process|go)_[a-z_]+\b`)
	heading    = regexp.MustCompile(`(?m)^#+ (.*)$`)
)

// documented are the metrics that docs/operations.md names, and those of process and
// runtime.
func documented(t *testing.T) map[string]bool {
	names := map[string]bool{"process_resident_memory_bytes": true, "process_open_fds": true}
	for _, name := range metricName.FindAllString(string(read(t, "docs/operations.md")), -1) {
		names[name] = true
		for _, suffix := range []string{"_bucket", "_count", "_sum"} {
			names[name+suffix] = true
		}
	}
	return names
}

func checkMetrics(t *testing.T, where, expr string, known map[string]bool) {
	t.Helper()
	if _, err := parser.ParseExpr(expr); err != nil {
		t.Errorf("%s: %v", where, err)
	}
	for _, name := range metricName.FindAllString(expr, -1) {
		if !known[name] {
			t.Errorf("%s: no metric %s", where, name)
		}
	}
}

func TestAlerts(t *testing.T) {
	groups, problems := rulefmt.Parse(read(t, "deploy/prometheus/alerts.yaml"), false, model.UTF8Validation)
	for _, problem := range problems {
		t.Error(problem)
	}
	known, anchors, rules := documented(t), map[string]bool{}, 0
	for _, m := range heading.FindAllStringSubmatch(string(read(t, "docs/operations.md")), -1) {
		anchors[strings.ReplaceAll(strings.ToLower(m[1]), " ", "-")] = true
	}
	for _, group := range groups.Groups {
		for _, rule := range group.Rules {
			checkMetrics(t, rule.Alert, rule.Expr, known)
			if _, anchor, _ := strings.Cut(rule.Annotations["runbook"], "docs/operations.md#"); !anchors[anchor] {
				t.Errorf("%s: no runbook %q", rule.Alert, rule.Annotations["runbook"])
			}
			rules++
		}
	}
	if rules == 0 {
		t.Error("no rules")
	}
}

func TestDashboard(t *testing.T) {
	var dashboard struct {
		UID    string `json:"uid"`
		Panels []struct {
			ID      int    `json:"id"`
			Title   string `json:"title"`
			GridPos struct{ X, Y, W, H int }
			Targets []struct {
				Expr string `json:"expr"`
			} `json:"targets"`
		} `json:"panels"`
	}
	if err := json.Unmarshal(read(t, "deploy/grafana/zkpass.json"), &dashboard); err != nil {
		t.Fatal(err)
	}
	if dashboard.UID != "zkpass" || len(dashboard.Panels) == 0 {
		t.Fatalf("uid %q, %d panels", dashboard.UID, len(dashboard.Panels))
	}
	known, taken := documented(t), map[[2]int]string{}
	for _, panel := range dashboard.Panels {
		if len(panel.Targets) == 0 {
			t.Errorf("%s shows nothing", panel.Title)
		}
		for _, target := range panel.Targets {
			checkMetrics(t, panel.Title, target.Expr, known)
		}
		for x := panel.GridPos.X; x < panel.GridPos.X+panel.GridPos.W; x++ {
			for y := panel.GridPos.Y; y < panel.GridPos.Y+panel.GridPos.H; y++ {
				if other, ok := taken[[2]int{x, y}]; ok || x >= 24 {
					t.Fatalf("%s lies over %s, or outside", panel.Title, other)
				}
				taken[[2]int{x, y}] = panel.Title
			}
		}
	}
}
