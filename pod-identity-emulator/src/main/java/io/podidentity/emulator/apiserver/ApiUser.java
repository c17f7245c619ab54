package io.podidentity.emulator.apiserver;

import io.podidentity.emulator.cluster.ObjectName;
import java.util.List;

/** Who asks the API server. */
record ApiUser(String name, List<String> groups) {

    private static final String AUTHENTICATED = "system:authenticated";

    static final ApiUser ANONYMOUS = new ApiUser("system:anonymous", List.of("system:unauthenticated"));
    static final ApiUser ADMINISTRATOR = new ApiUser("podid-admin", List.of("system:masters", AUTHENTICATED));

    static ApiUser named(String name) {
        return new ApiUser(name, List.of(AUTHENTICATED));
    }

    static ApiUser of(ObjectName serviceAccount) {
        return new ApiUser(
                "system:serviceaccount:" + serviceAccount.namespace() + ":" + serviceAccount.name(),
                List.of(
                        "system:serviceaccounts",
                        "system:serviceaccounts:" + serviceAccount.namespace(),
                        AUTHENTICATED));
    }
}
