package apikey

import (
	"testing"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/zkpass-go/zkpass/internal/natstest"
)

// Only the leader of the bucket answers for it. A replica that is cut off from the
// others would let in a key that was revoked, for as long as it is.
func TestAttackRevokedKeyFromReplica(t *testing.T) {
	conn, _ := natstest.Start(t, t.TempDir())
	js, err := jetstream.New(conn)
	if err != nil {
		t.Fatal(err)
	}
	check := func() {
		t.Helper()
		openBucket(t, conn)
		stream, err := js.Stream(t.Context(), "KV_"+BucketName)
		if err != nil {
			t.Fatal(err)
		}
		if stream.CachedInfo().Config.AllowDirect {
			t.Error("replicas answer")
		}
	}
	check() // made
	check() // found
	if err := js.DeleteKeyValue(t.Context(), BucketName); err != nil {
		t.Fatal(err)
	}
	if _, err := js.CreateKeyValue(t.Context(), jetstream.KeyValueConfig{Bucket: BucketName}); err != nil {
		t.Fatal(err)
	}
	check() // made by something else
}
