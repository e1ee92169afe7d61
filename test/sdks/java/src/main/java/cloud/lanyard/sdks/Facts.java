package cloud.lanyard.sdks;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import software.amazon.awssdk.services.lightsail.model.CreateKeyPairResponse;
import software.amazon.awssdk.services.lightsail.model.KeyPair;
import software.amazon.awssdk.services.lightsail.model.LightsailException;
import software.amazon.awssdk.services.lightsail.model.Tag;

/** What a journey saw. */
record Facts(
        Pair keyPair, Map<String, String> tags, Map<String, Failure> errors, int busy, List<List<String>> pages, String instance) {

    record Pair(String publicKey, String fingerprint, long createdAt) {
        static Pair of(CreateKeyPairResponse made, KeyPair read) {
            Journey.want(made.keyPair(), read);
            return new Pair(made.publicKeyBase64(), read.fingerprint(), read.createdAt().toEpochMilli());
        }
    }

    /** What an exception shows. An exception that the API model does not have is of the SDK's general class. */
    record Failure(@JsonProperty("class") String type, String code, String message) {
        static Failure of(LightsailException e) {
            String name = e.getClass() == LightsailException.class ? e.awsErrorDetails().errorCode() : e.getClass().getSimpleName();
            String code = e.sdkFields().stream()
                    .filter(field -> field.memberName().equals("code"))
                    .map(field -> field.getValueOrDefault(e))
                    .filter(Objects::nonNull)
                    .map(Object::toString)
                    .findFirst()
                    .orElse("");
            return new Failure(name, code, e.awsErrorDetails().errorMessage());
        }
    }

    /** The tags as a map, with null for those without a value. */
    static Map<String, String> tagsOf(KeyPair pair) {
        Map<String, String> values = new HashMap<>();
        for (Tag tag : pair.tags()) {
            values.put(tag.key(), tag.value());
        }
        return values;
    }

    /** Writes the private key to a file that only its owner can read. */
    static void saveKey(Path folder, String privateKey) throws IOException {
        var mode = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
        try (var file = Files.newByteChannel(
                folder.resolve("key.pem"), Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), mode)) {
            file.write(ByteBuffer.wrap(privateKey.getBytes(StandardCharsets.US_ASCII)));
        }
    }

    void save(Path folder) throws IOException {
        new ObjectMapper().writeValue(folder.resolve("facts.json").toFile(), this);
    }
}
