package cloud.lanyard.sdks;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.lang.reflect.Method;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import software.amazon.awssdk.core.SdkField;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.core.protocol.MarshallingType;
import software.amazon.awssdk.core.traits.ListTrait;
import software.amazon.awssdk.core.traits.MapTrait;
import software.amazon.awssdk.services.lightsail.model.LightsailException;
import software.amazon.awssdk.utils.builder.Buildable;

/** Between JSON and the SDK's objects, by what these say of their fields. */
final class Shapes {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** Members of errors that no exception has as a field. */
    private static final Set<String> OF_ERRORS = Set.of("__type", "message");

    /** The members and values that the SDK does not know, such as Disk.name or Disk.state=new. */
    final Set<String> unknown = new TreeSet<>();

    /** What the SDK read as something else. */
    final List<String> wrong = new ArrayList<>();

    /** Sets the fields of a builder, but for unknown members. */
    void fill(SdkPojo builder, JsonNode input) {
        input.properties().forEach(member -> {
            SdkField<?> field = builder.sdkFieldNameToField().get(member.getKey());
            if (field == null) {
                unknown.add(builder.getClass().getEnclosingClass().getSimpleName() + "." + member.getKey());
            } else {
                field.set(builder, value(field, member.getValue()));
            }
        });
    }

    private Object value(SdkField<?> field, JsonNode json) {
        MarshallingType<?> type = field.marshallingType();
        if (type == MarshallingType.LIST) {
            List<Object> list = new ArrayList<>();
            json.forEach(element -> list.add(value(elementOf(field), element)));
            return list;
        }
        if (type == MarshallingType.MAP) {
            Map<String, Object> map = new LinkedHashMap<>();
            json.properties().forEach(entry -> map.put(entry.getKey(), value(valueOf(field), entry.getValue())));
            return map;
        }
        if (type == MarshallingType.SDK_POJO) {
            SdkPojo builder = field.constructor().get();
            fill(builder, json);
            return ((Buildable) builder).build();
        }
        return scalar(type, json);
    }

    private static Object scalar(MarshallingType<?> type, JsonNode json) {
        if (type == MarshallingType.INSTANT) {
            return Instant.ofEpochMilli(json.decimalValue().multiply(BigDecimal.valueOf(1000)).longValueExact());
        }
        return JSON.convertValue(json, type.getTargetClass());
    }

    private static SdkField<?> elementOf(SdkField<?> list) {
        return list.getRequiredTrait(ListTrait.class).memberFieldInfo();
    }

    private static SdkField<?> valueOf(SdkField<?> map) {
        return map.getRequiredTrait(MapTrait.class).valueFieldInfo();
    }

    /** Compares an answer with the object that the SDK made of it. */
    void compareMembers(String at, JsonNode json, SdkPojo object) {
        json.properties().forEach(member -> {
            SdkField<?> field = object.sdkFieldNameToField().get(member.getKey());
            String place = at + "." + member.getKey();
            if (field != null) {
                compare(place, member.getValue(), field, field.getValueOrDefault(object));
            } else if (!(object instanceof LightsailException) || !OF_ERRORS.contains(member.getKey())) {
                unknown.add(object.getClass().getSimpleName() + "." + member.getKey());
            }
        });
        compareEnums(json, object);
    }

    private void compare(String at, JsonNode json, SdkField<?> field, Object got) {
        if (got instanceof SdkPojo object) {
            compareMembers(at, json, object);
        } else if (got instanceof List<?> list) {
            wantEqual(at + " (size)", json.size(), list.size());
            for (int n = 0; n < Math.min(json.size(), list.size()); n++) {
                compare(at + "." + n, json.get(n), elementOf(field), list.get(n));
            }
        } else if (got instanceof Map<?, ?> map) {
            wantEqual(at + " (size)", json.size(), map.size());
            json.properties().forEach(entry -> compare(
                    at + "." + entry.getKey(), entry.getValue(), valueOf(field), map.get(entry.getKey())));
        } else {
            wantEqual(at, scalar(field.marshallingType(), json), got);
        }
    }

    private void wantEqual(String at, Object want, Object got) {
        if (!want.equals(got)) {
            wrong.add(at + ": got " + got + ", want " + want);
        }
    }

    /** Looks for values that an enumeration of the SDK does not have. */
    private void compareEnums(JsonNode json, SdkPojo object) {
        for (Method method : object.getClass().getMethods()) {
            JsonNode value = json.get(method.getName());
            if (value != null && method.getParameterCount() == 0 && isUnknown(method, object)) {
                unknown.add(object.getClass().getSimpleName() + "." + method.getName() + "=" + value.asText());
            }
        }
    }

    private static boolean isUnknown(Method getter, SdkPojo object) {
        try {
            Object got = getter.invoke(object);
            List<?> values = got instanceof List<?> list ? list : Collections.singletonList(got);
            return values.stream().anyMatch(v -> v instanceof Enum<?> value && value.name().equals("UNKNOWN_TO_SDK_VERSION"));
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }
}
