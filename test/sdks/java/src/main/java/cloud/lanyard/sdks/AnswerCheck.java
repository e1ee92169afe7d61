package cloud.lanyard.sdks;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Optional;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttribute;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.core.interceptor.SdkExecutionAttribute;

/** Compares the JSON of each successful answer with the SDK's object. */
record AnswerCheck(Shapes shapes) implements ExecutionInterceptor {
    private static final ObjectMapper JSON = new ObjectMapper();

    private static final ExecutionAttribute<byte[]> BODY = new ExecutionAttribute<>("Body");

    @Override
    public Optional<InputStream> modifyHttpResponseContent(Context.ModifyHttpResponse context, ExecutionAttributes attributes) {
        return context.responseBody().map(body -> {
            try {
                attributes.putAttribute(BODY, body.readAllBytes());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            return new ByteArrayInputStream(attributes.getAttribute(BODY));
        });
    }

    @Override
    public void afterUnmarshalling(Context.AfterUnmarshalling context, ExecutionAttributes attributes) {
        try {
            String action = attributes.getAttribute(SdkExecutionAttribute.OPERATION_NAME);
            shapes.compareMembers(action, JSON.readTree(attributes.getAttribute(BODY)), context.response());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
