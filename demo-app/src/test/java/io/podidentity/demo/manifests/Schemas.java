// SPDX-License-Identifier: Apache-2.0
package io.podidentity.demo.manifests;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.yaml.snakeyaml.Yaml;

/** The schemas in {@code schemas.yaml}, which explains how to read them. */
final class Schemas {

    private static final Map<String, Predicate<Object>> SCALARS = Map.of(
            "string", value -> value instanceof String,
            "integer", value -> value instanceof Integer,
            "boolean", value -> value instanceof Boolean,
            "name", text("[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?"),
            "label", text("([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?"),
            "quantity", text("[0-9]+(m|Ki|Mi|Gi)?"),
            "cidr", text("[0-9]{1,3}(\\.[0-9]{1,3}){3}/[0-9]{1,2}"),
            "guid", text("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"),
            "port", value -> value instanceof Integer number ? 0 < number && number < 65536 : isPortName(value));

    private final Map<String, Object> kinds;
    private final Map<String, Object> types;

    private Schemas(Map<String, Map<String, Object>> document) {
        this.kinds = document.get("kinds");
        this.types = document.get("types");
    }

    static Schemas read() {
        return new Schemas(new Yaml().load(Schemas.class.getResourceAsStream("/manifests/schemas.yaml")));
    }

    /** The errors in a manifest, one per line. */
    List<String> errors(Map<String, Object> manifest) {
        String kind = manifest.get("apiVersion") + "/" + manifest.get("kind");
        var errors = new ArrayList<String>();
        if (kinds.containsKey(kind)) {
            check(kind, kinds.get(kind), manifest, errors);
        } else {
            errors.add(kind + " is not one of " + kinds.keySet());
        }
        return errors;
    }

    private void check(String path, Object type, Object value, List<String> errors) {
        if (type instanceof Map<?, ?> fields) {
            checkObject(path, fields, value, errors);
        } else if (type instanceof List<?> element) {
            checkList(path, element.get(0), value, errors);
        } else if (type.toString().startsWith("$")) {
            check(path, types.get(type.toString().substring(1)), value, errors);
        } else if (!fits(type.toString(), value)) {
            errors.add(path + " is " + value + ", not " + type);
        }
    }

    private void checkObject(String path, Map<?, ?> fields, Object value, List<String> errors) {
        if (!(value instanceof Map<?, ?> object)) {
            errors.add(path + " is " + value + ", not an object");
            return;
        }
        object.forEach((name, content) -> {
            Object type = fields.containsKey(name) ? fields.get(name) : fields.get(name + "!");
            if (type == null) {
                errors.add(path + "." + name + " is not a known field");
            } else {
                check(path + "." + name, type, content, errors);
            }
        });
        for (Object field : fields.keySet()) {
            String name = field.toString().replace("!", "");
            if (!name.equals(field) && !object.containsKey(name)) {
                errors.add(path + "." + name + " is missing");
            }
        }
    }

    private void checkList(String path, Object type, Object value, List<String> errors) {
        if (value instanceof List<?> list) {
            for (int i = 0; i < list.size(); i++) {
                check(path + "[" + i + "]", type, list.get(i), errors);
            }
        } else {
            errors.add(path + " is " + value + ", not a list");
        }
    }

    private static boolean fits(String type, Object value) {
        return switch (type) {
            case "labels" -> isMapOf("label", value);
            case "annotations" -> isMapOf("string", value);
            default ->
                SCALARS.containsKey(type)
                        ? SCALARS.get(type).test(value)
                        : List.of(type.split(" \\| ", -1)).contains(value);
        };
    }

    private static boolean isMapOf(String type, Object value) {
        return value instanceof Map<?, ?> map && map.values().stream().allMatch(SCALARS.get(type));
    }

    private static boolean isPortName(Object value) {
        return text("[a-z0-9-]{1,15}").test(value);
    }

    private static Predicate<Object> text(String regex) {
        Pattern pattern = Pattern.compile(regex);
        return value -> value instanceof String text && pattern.matcher(text).matches();
    }
}
