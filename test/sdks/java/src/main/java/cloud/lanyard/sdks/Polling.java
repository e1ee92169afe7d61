package cloud.lanyard.sdks;

import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.function.Supplier;

/** Polls with futures: no thread waits meanwhile. */
final class Polling {
    private static final Executor LATER =
            CompletableFuture.delayedExecutor(Journey.PAUSE.toMillis(), TimeUnit.MILLISECONDS);

    private Polling() {}

    /** Reads until the answer is ready. The future fails with an AssertionError if that takes too long. */
    static <T> CompletableFuture<T> until(Supplier<CompletableFuture<T>> read, Predicate<T> ready) {
        return until(read, ready, Instant.now().plus(Journey.PATIENCE));
    }

    private static <T> CompletableFuture<T> until(Supplier<CompletableFuture<T>> read, Predicate<T> ready, Instant end) {
        return read.get().thenCompose(out -> {
            if (ready.test(out)) {
                return CompletableFuture.completedFuture(out);
            }
            Journey.want(true, Instant.now().isBefore(end));
            return CompletableFuture.runAsync(() -> {}, LATER).thenCompose(done -> until(read, ready, end));
        });
    }
}
