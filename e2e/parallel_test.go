package e2e

import (
	"flag"
	"os"
	"testing"
)

// atOnce is how many tests run at a time: they wait far more than they work.
const atOnce = "32"

func TestMain(m *testing.M) {
	_ = flag.Set("test.parallel", atOnce)
	os.Exit(m.Run())
}
