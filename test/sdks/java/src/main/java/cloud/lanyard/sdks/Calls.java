package cloud.lanyard.sdks;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.services.lightsail.LightsailClient;
import software.amazon.awssdk.services.lightsail.model.LightsailException;
import software.amazon.awssdk.services.lightsail.model.LightsailRequest;
import software.amazon.awssdk.utils.builder.Buildable;

/** Makes the calls of a file, whatever their actions, and compares each answer with what the SDK made of it. */
final class Calls {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** The client's methods by the name of the action. */
    private final Map<String, Method> methods = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);

    private final Shapes shapes = new Shapes();

    /** A line of answers.jsonl. */
    record Answer(String action, String outcome, Set<String> unknown) {}

    Calls() {
        for (Method method : LightsailClient.class.getMethods()) {
            Class<?>[] inputs = method.getParameterTypes();
            if (inputs.length == 1 && LightsailRequest.class.isAssignableFrom(inputs[0])) {
                methods.put(method.getName(), method);
            }
        }
    }

    /** Makes the calls of calls.jsonl, and writes answers.jsonl. It fails if an answer was read as something else. */
    void make(Path folder) throws IOException {
        List<String> answers = new ArrayList<>();
        try (LightsailClient client = LightsailClient.builder()
                .overrideConfiguration(c -> c.addExecutionInterceptor(new AnswerCheck(shapes)))
                .build()) {
            for (String line : Files.readAllLines(folder.resolve("calls.jsonl"))) {
                JsonNode call = JSON.readTree(line);
                String action = call.get("action").textValue();
                String outcome = outcome(client, action, call.get("input"));
                answers.add(JSON.writeValueAsString(new Answer(action, outcome, shapes.unknown)));
                shapes.unknown.clear();
            }
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
        Files.write(folder.resolve("answers.jsonl"), answers);
        Journey.want(List.of(), shapes.wrong);
    }

    /** Makes a call if the client has the action, and returns the class of its exception, or "" for success. */
    private String outcome(LightsailClient client, String action, JsonNode input)
            throws IOException, ReflectiveOperationException {
        Method method = methods.get(action);
        if (method == null) {
            shapes.unknown.add(action);
            return "";
        }
        SdkPojo builder = (SdkPojo) method.getParameterTypes()[0].getMethod("builder").invoke(null);
        try {
            shapes.fill(builder, input);
            method.invoke(client, ((Buildable) builder).build());
            return "";
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof LightsailException failure) {
                return outcome(action, failure);
            }
            throw e;
        }
    }

    private String outcome(String action, LightsailException failure) throws IOException {
        String name = failure.getClass().getSimpleName();
        JsonNode body = JSON.readTree(failure.awsErrorDetails().rawResponse().asByteArray());
        if (!body.get("__type").textValue().endsWith(name)) {
            shapes.wrong.add(action + ": " + body + " became a " + name);
        }
        shapes.compareMembers(action, body, failure);
        return name;
    }
}
