package cloud.lanyard.sdks;

import java.nio.file.Path;

/** The program of the SDK for Java 2, whose first argument is the client: sync or async. */
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
                case "calls" -> new Calls().make(Path.of(args[2]));
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
