package cloud.lanyard.sdks;

import static cloud.lanyard.sdks.Journey.want;

import cloud.lanyard.sdks.Facts.Failure;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.stream.IntStream;
import software.amazon.awssdk.services.lightsail.LightsailAsyncClient;
import software.amazon.awssdk.services.lightsail.model.*;

/** The journey with LightsailAsyncClient, which returns futures of answers. */
final class AsyncJourney implements Journey {
    private final LightsailAsyncClient client = LightsailAsyncClient.create();

    @Override
    public List<String> regions() {
        return client.getRegions().thenApply(out -> out.regions().stream().map(Region::nameAsString).toList()).join();
    }

    @Override
    public Facts take(Path folder) throws Exception {
        want(true, regions().contains("us-east-1"));
        CreateKeyPairResponse made = client.createKeyPair(Requests.CREATE_KEY_PAIR).join();
        Facts.saveKey(folder, made.privateKeyBase64());
        Facts facts = new Facts(
                readKeyPair().thenApply(read -> Facts.Pair.of(made, read)).join(),
                tags().join(), errors(), busy(), pages().join(), instance().join());
        new AsyncResources(client).all().join();
        return facts;
    }

    @Override
    public void close() {
        client.close();
    }

    private CompletableFuture<KeyPair> readKeyPair() {
        return client.getKeyPair(r -> r.keyPairName("journey-key")).thenApply(GetKeyPairResponse::keyPair);
    }

    private CompletableFuture<Map<String, String>> tags() {
        return client.tagResource(Requests.TAG)
                .thenCompose(out -> client.untagResource(Requests.UNTAG))
                .thenCompose(out -> readKeyPair())
                .thenApply(Facts::tagsOf);
    }

    private Map<String, Failure> errors() {
        try (LightsailAsyncClient denied = Journey.denied(LightsailAsyncClient.builder());
                LightsailAsyncClient hasty = Journey.hasty(LightsailAsyncClient.builder())) {
            return Map.of(
                    "badName", failure(InvalidInputException.class, client.createKeyPair(r -> r.keyPairName("no good"))).join(),
                    "missing", failure(NotFoundException.class, client.getKeyPair(r -> r.keyPairName("journey-none"))).join(),
                    "denied", failure(AccessDeniedException.class, denied.getKeyPairs()).join(),
                    "throttled", failure(LightsailException.class, repeat(hasty, 1000)).join());
        }
    }

    /** What the exception shows that a future ends with. */
    private static CompletableFuture<Failure> failure(Class<? extends LightsailException> type, CompletableFuture<?> call) {
        return call.handle((out, thrown) -> {
            want(true, thrown != null);
            return Failure.of(type.cast(thrown.getCause()));
        });
    }

    /** Makes so many calls one after another. It ends with how many of them were answered. */
    private static CompletableFuture<Integer> repeat(LightsailAsyncClient client, int calls) {
        CompletableFuture<Integer> all = CompletableFuture.completedFuture(0);
        for (int n = 0; n < calls; n++) {
            all = all.thenCompose(sum -> client.getRegions().thenApply(out -> sum + (out.hasRegions() ? 1 : 0)));
        }
        return all;
    }

    /** Eight chains of five calls are under way at the same time. */
    private int busy() {
        try (LightsailAsyncClient patient = Journey.patient(LightsailAsyncClient.builder())) {
            List<CompletableFuture<Integer>> chains = IntStream.range(0, 8).mapToObj(n -> repeat(patient, 5)).toList();
            return chains.stream().mapToInt(CompletableFuture::join).sum();
        }
    }

    private CompletableFuture<List<List<String>>> pages() {
        return forKeys(name -> client.importKeyPair(Requests.importKeyPair(name)))
                .thenCompose(out -> pages(null, new ArrayList<>()))
                .thenCompose(pages -> forKeys(name -> client.deleteKeyPair(r -> r.keyPairName(name))).thenApply(out -> pages));
    }

    private static CompletableFuture<Void> forKeys(Function<String, CompletableFuture<?>> call) {
        return CompletableFuture.allOf(Requests.MORE_KEYS.stream().map(call).toArray(CompletableFuture<?>[]::new));
    }

    private CompletableFuture<List<List<String>>> pages(String token, List<List<String>> before) {
        return client.getKeyPairs(r -> r.pageToken(token)).thenCompose(page -> {
            before.add(page.keyPairs().stream().map(KeyPair::name).toList());
            String next = page.nextPageToken();
            return next == null ? CompletableFuture.completedFuture(before) : pages(next, before);
        });
    }

    private CompletableFuture<String> instance() {
        return client.createInstances(Requests.CREATE_INSTANCES)
                .thenCompose(made -> Polling.until(
                                () -> client.getInstanceState(r -> r.instanceName("journey-web")),
                                out -> out.state().name().equals("running"))
                        .thenCompose(out -> client.getOperation(r -> r.operationId(made.operations().get(0).id()))))
                .thenAccept(out -> want(OperationStatus.SUCCEEDED, out.operation().status()))
                .thenCompose(done -> client.getInstances())
                .thenAccept(out -> want(List.of("journey-web"), out.instances().stream().map(Instance::name).toList()))
                .thenCompose(done -> client.getInstance(r -> r.instanceName("journey-web")))
                .thenApply(out -> out.instance().publicIpAddress());
    }
}
