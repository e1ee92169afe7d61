//go:build hostile

package hostile
import ("testing";"context";"time";"sync";"os";"strconv")
func TestZZ(t *testing.T){
 for _, n := range []int{16,64,256,512,2048} {
	_, address, _ := start(t, "--log-level", "warn")
	time.Sleep(2*time.Second)
	ctx, stop := context.WithTimeout(t.Context(), 4*time.Second)
	var reads load
	var wg sync.WaitGroup
	again := read().String()
	for range n { wg.Go(func() { reads.press(ctx, t, address, func() string { return again }) }) }
	wg.Wait(); stop()
	t.Logf("%d readers: %v per 4 s", n, &reads)
 }
 _ = os.Getenv; _ = strconv.Itoa
}
