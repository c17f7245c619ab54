package io.podidentity.emulator.adal;

import com.nimbusds.jose.util.JSONObjectUtils;
import java.text.ParseException;
import java.util.Map;

/** A token as received: every value is a string, empty if absent. Its own text shows no token. */
public record AdalToken(
        String accessToken,
        String refreshToken,
        String expiresIn,
        String expiresOn,
        String notBefore,
        String resource,
        String type) {

    static AdalToken parse(String json) throws ParseException {
        Map<String, Object> values = JSONObjectUtils.parse(json);
        return new AdalToken(
                text(values, "access_token"),
                text(values, "refresh_token"),
                text(values, "expires_in"),
                text(values, "expires_on"),
                text(values, "not_before"),
                text(values, "resource"),
                text(values, "token_type"));
    }

    private static String text(Map<String, Object> values, String name) {
        Object value = values.get(name);
        return value == null ? "" : value.toString();
    }

    @Override
    public String toString() {
        return "AdalToken[expiresOn=" + expiresOn + "]";
    }
}
