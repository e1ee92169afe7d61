package cloud.lanyard.sdks;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.retries.api.RetryStrategy;
import software.amazon.awssdk.services.lightsail.LightsailBaseClientBuilder;

/** The journey by one of the clients, with what all of them share. */
interface Journey extends AutoCloseable {
    /** How long a journey polls for a state, and how often. The SDK has no waiters for Lightsail. */
    Duration PATIENCE = Duration.ofSeconds(60);

    Duration PAUSE = Duration.ofMillis(100);

    List<String> regions();

    Facts take(Path folder) throws Exception;

    @Override
    void close();

    /** Fails unless an answer has what it should have. */
    static void want(Object wanted, Object got) {
        if (!Objects.equals(wanted, got)) {
            throw new AssertionError("got " + got + ", want " + wanted);
        }
    }

    /** A client of the user who may do nothing. */
    static <B extends LightsailBaseClientBuilder<B, C>, C> C denied(B builder) {
        AwsBasicCredentials key =
                AwsBasicCredentials.create(System.getenv("DENIED_ACCESS_KEY_ID"), System.getenv("DENIED_SECRET_ACCESS_KEY"));
        return builder.credentialsProvider(StaticCredentialsProvider.create(key)).build();
    }

    /** A client of the busy server that gives up at once. */
    static <B extends LightsailBaseClientBuilder<B, C>, C> C hasty(B builder) {
        return busy(builder, AwsRetryStrategy.doNotRetry());
    }

    /** A client of the busy server that retries. */
    static <B extends LightsailBaseClientBuilder<B, C>, C> C patient(B builder) {
        return busy(builder, AwsRetryStrategy.standardRetryStrategy().toBuilder().maxAttempts(12).build());
    }

    private static <B extends LightsailBaseClientBuilder<B, C>, C> C busy(B builder, RetryStrategy retries) {
        return builder.endpointOverride(URI.create(System.getenv("BUSY_ENDPOINT")))
                .overrideConfiguration(c -> c.retryStrategy(retries))
                .build();
    }
}
