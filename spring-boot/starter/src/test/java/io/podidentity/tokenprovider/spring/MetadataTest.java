// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.spring;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Parameter;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.json.JsonParserFactory;

/** What editors know of the settings, and what their page says, is what is bound. */
class MetadataTest {
    private final Map<String, String> bound = new TreeMap<>();

    MetadataTest() {
        collect("token-provider.", TokenProviderProperties.class);
        bound.put("token-provider.deadline", "30s");
    }

    @Test
    void metadata_always_hasEachSettingWithItsDefaultAndADescription() throws IOException {
        Map<String, String> known = new TreeMap<>();
        for (Map<String, Object> property : metadata("properties")) {
            String name = property.get("name").toString();
            if (name.startsWith("token-provider.")) {
                known.put(name, property.getOrDefault("defaultValue", "").toString());
                assertThat(property).as(name).containsKeys("description", "type");
            }
        }

        assertThat(known).isEqualTo(bound);
    }

    /** Without it Boot reads each configuration to find that Redis, Kafka or Hikari is not there. */
    @Test
    void conditions_onClasses_areKnownWithoutReadingAConfiguration() throws IOException {
        Properties conditions = new Properties();
        try (InputStream file = TokenProviderProperties.class.getResourceAsStream(
                "/META-INF/spring-autoconfigure-metadata.properties")) {
            conditions.load(file);
        }
        for (Class<?> optional : List.of(
                TokenProviderDataSourceAutoConfiguration.class,
                TokenProviderHttpAutoConfiguration.class,
                TokenProviderOAuth2ClientAutoConfiguration.class,
                TokenProviderKafkaAutoConfiguration.class,
                TokenProviderOnBehalfOfAutoConfiguration.class,
                TokenProviderR2dbcAutoConfiguration.class,
                TokenProviderRedisAutoConfiguration.class)) {
            assertThat(conditions).containsKey(optional.getName() + ".ConditionalOnClass");
        }
    }

    /** Editors offer these values; the type alone would offer those of the enum in capitals. */
    @Test
    void hints_ofASource_areAllThereAre() throws IOException {
        List<String> values = metadata("hints").stream()
                .filter(hint -> hint.get("name").equals("token-provider.client-assertion.NAME.source"))
                .flatMap(hint -> ((List<?>) hint.get("values")).stream())
                .map(value -> ((Map<?, ?>) value).get("value").toString())
                .toList();

        assertThat(values)
                .containsExactly(Stream.of(ClientAssertionSettings.Source.values())
                        .map(source -> source.name().toLowerCase(Locale.ROOT).replace('_', '-'))
                        .toArray(String[]::new));
    }

    @Test
    void hints_always_areOfSettings() throws IOException {
        assertThat(metadata("hints"))
                .isNotEmpty()
                .allSatisfy(hint -> assertThat(bound)
                        .containsKey(hint.get("name").toString().replaceFirst("\\.keys$", "")));
    }

    @Test
    void page_always_namesEachSetting() throws IOException {
        String page = Files.readString(Path.of("..", "..", "docs", "spring-boot.md"));

        assertThat(bound.keySet()).allSatisfy(name -> assertThat(page).containsPattern(mentionOf(name)));
    }

    /** As it is, or with the rest of what is below it; or its last part, in a row of the setting before. */
    private static String mentionOf(String name) {
        String last = Pattern.quote(name.substring(name.lastIndexOf('.')));
        return "`(" + Pattern.quote(name) + "(\\.\\*|\\.NAME.*|\\.BEAN|\\[0].*)?|" + last + ")`";
    }

    /** The names of a record's settings, with their defaults as metadata writes them. */
    private void collect(String prefix, Class<?> settings) {
        for (Parameter component : settings.getDeclaredConstructors()[0].getParameters()) {
            String name =
                    prefix + component.getName().replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT);
            DefaultValue value = component.getAnnotation(DefaultValue.class);
            if (component.getType().isRecord()) {
                collect(name + ".", component.getType());
            } else {
                bound.put(name, value == null ? "" : String.join(",", value.value()));
                collectMembers(name, component);
            }
        }
    }

    /** The members of the elements of a list, or of the values of a map. */
    private void collectMembers(String name, Parameter component) {
        if (!(component.getParameterizedType() instanceof ParameterizedType collection)) {
            return;
        }
        Type[] elements = collection.getActualTypeArguments();
        if (elements[elements.length - 1] instanceof Class<?> element && element.isRecord()) {
            collect(name + (component.getType() == List.class ? "[0]." : ".NAME."), element);
        }
    }

    @SuppressWarnings("unchecked")
    private static List<Map<String, Object>> metadata(String section) throws IOException {
        try (InputStream file =
                TokenProviderProperties.class.getResourceAsStream("/META-INF/spring-configuration-metadata.json")) {
            String json = new String(file.readAllBytes(), StandardCharsets.UTF_8);
            return (List<Map<String, Object>>)
                    JsonParserFactory.getJsonParser().parseMap(json).get(section);
        }
    }
}
