package io.podidentity.tokenprovider.internal.entra;

import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.TokenAcquisitionException.Code;
import io.podidentity.tokenprovider.internal.text.JsonException;
import io.podidentity.tokenprovider.internal.text.JsonReader;
import io.podidentity.tokenprovider.internal.text.JsonText;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A claims challenge as Entra ID is given it: with the capability CP1 added (Microsoft Learn, "Claims challenges,
 * claims requests and client capabilities"). Whoever passes a challenge on has shown that it handles them, which is
 * what CP1 says; other programs have to say so ({@code TokenRequest.withCaeEnabled}), since one that cannot handle a
 * challenge would keep a revoked token of a day.
 */
final class EntraClaims {
    private EntraClaims() {}

    /**
     * Adds {@code {"access_token":{"xms_cc":{"values":["CP1"]}}}} to a challenge and changes nothing else in it.
     *
     * @throws TokenAcquisitionException if the challenge is no JSON object, or one of those in it is none
     */
    static String withCapability(String challenge) {
        try {
            Map<String, @Nullable Object> claims = JsonReader.readObject(challenge);
            Map<Object, @Nullable Object> xmsCc = member(member(claims, "access_token"), "xms_cc");
            List<@Nullable Object> values = new ArrayList<>();
            if (xmsCc.get("values") instanceof List<?> given) {
                values.addAll(given);
            }
            if (!values.contains("CP1")) {
                values.add("CP1");
            }
            xmsCc.put("values", values);
            return JsonText.of(claims);
        } catch (JsonException e) {
            throw new TokenAcquisitionException(
                    Code.INVALID_CONFIGURATION,
                    "the claims are no JSON object",
                    "Decode the challenge's Base64 first.",
                    null);
        }
    }

    /** The object that a member holds; a new one where there is none. */
    @SuppressWarnings("unchecked")
    private static Map<Object, @Nullable Object> member(Map<?, @Nullable Object> object, String name)
            throws JsonException {
        Object value = object.get(name);
        if (value != null && !(value instanceof Map)) {
            throw new JsonException(name + " is no object");
        }
        Map<Object, @Nullable Object> own =
                value == null ? new LinkedHashMap<>() : (Map<Object, @Nullable Object>) value;
        ((Map<Object, @Nullable Object>) object).put(name, own);
        return own;
    }
}
