package io.podidentity.tokenprovider.spring;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Parameter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
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
                assertThat(property.get("description")).as(name).isNotNull();
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
                TokenProviderR2dbcAutoConfiguration.class,
                TokenProviderRedisAutoConfiguration.class)) {
            assertThat(conditions).containsKey(optional.getName() + ".ConditionalOnClass");
        }
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

        assertThat(bound.keySet())
                .allSatisfy(
                        name -> assertThat(page).containsPattern("`" + name + "(\\.\\*|\\.NAME.*|\\.BEAN|\\[0].*)?`"));
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
            }
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
