package cloud.lanyard.sdks;

import java.nio.file.Path;

/** The programs of the SDK for Java 2: {@code Main CLIENT journey DIR} and {@code Main CLIENT profile}. */
public final class Main {
    private Main() {}

    public static void main(String[] args) throws Exception {
        try (Journey journey = journeyOf(args[0])) {
            switch (args[1]) {
                case "profile" -> System.out.println(String.join(" ", journey.regions()));
                case "journey" -> {
                    Path folder = Path.of(args[2]);
                    journey.take(folder).save(folder);
                }
                default -> throw new IllegalArgumentException("no such program: " + args[1]);
            }
        }
    }

    private static Journey journeyOf(String client) {
        return switch (client) {
            case "sync" -> new SyncJourney();
            case "async" -> new AsyncJourney();
            default -> throw new IllegalArgumentException("no such client: " + client);
        };
    }
}
