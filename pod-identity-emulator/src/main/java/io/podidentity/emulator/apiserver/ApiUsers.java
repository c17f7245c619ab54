package io.podidentity.emulator.apiserver;

import java.security.SecureRandom;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The users of the API server, each with a token that is made anew for each run: an administrator, and others. */
public final class ApiUsers {

    private static final int TOKEN_BYTES = 24;

    /** The name of the administrator's context. */
    public static final String ADMIN = "admin";

    private final Map<String, ApiUser> byToken = new LinkedHashMap<>();
    private final Map<String, String> tokens = new LinkedHashMap<>();

    /** @param names of those who may do what roles of the cluster allow, besides the administrator */
    public ApiUsers(List<String> names) {
        add(ADMIN, ApiUser.ADMINISTRATOR);
        for (String name : names) {
            if (name.isBlank() || tokens.containsKey(name)) {
                throw new IllegalArgumentException(
                        "A user of the API server needs a name of its own, and \"" + name + "\" is taken or empty");
            }
            add(name, ApiUser.named(name));
        }
    }

    private void add(String context, ApiUser user) {
        byte[] bytes = new byte[TOKEN_BYTES];
        new SecureRandom().nextBytes(bytes);
        String token = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
        byToken.put(token, user);
        tokens.put(context, token);
    }

    Optional<ApiUser> withToken(String token) {
        return Optional.ofNullable(byToken.get(token));
    }

    /** Tokens by context, the administrator's first. */
    Map<String, String> tokens() {
        return tokens;
    }
}
