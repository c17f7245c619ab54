package io.podidentity.podid.serve.arm;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class GraphFederationsTest {

    private final GraphFederations federations = new GraphFederations();

    private static Map<String, Object> credential(String name, String subject) {
        return new HashMap<>(Map.of(
                "name",
                name,
                "issuer",
                "https://issuer.example/",
                "subject",
                subject,
                "audiences",
                List.of("api://x")));
    }

    private int create(Map<String, Object> credential) {
        return federations.create("app", new Document(credential)).status();
    }

    @Test
    void create_ofANewOne_isListed() {
        assertThat(create(credential("one", "a"))).isEqualTo(201);

        assertThat(federations.list("app").text()).contains("\"subject\":\"a\"");
        assertThat(federations.list("other").text()).isEqualTo("{\"value\":[]}");
    }

    @Test
    void create_ofTheSameSubjectOrName_isRefused() {
        create(credential("one", "a"));

        assertThat(create(credential("two", "a"))).isEqualTo(409);
        assertThat(create(credential("one", "b"))).isEqualTo(409);
        assertThat(create(credential("two", "b"))).isEqualTo(201);
    }

    @Test
    void create_withoutASubject_isRefused() {
        Map<String, Object> credential = credential("one", "a");
        credential.remove("subject");

        assertThat(create(credential)).isEqualTo(400);
    }

    @Test
    void create_ofTheTwentyFirst_isRefused() {
        for (int i = 0; i < 20; i++) {
            assertThat(create(credential("name" + i, "subject" + i))).isEqualTo(201);
        }

        assertThat(create(credential("one", "more"))).isEqualTo(400);
    }
}
