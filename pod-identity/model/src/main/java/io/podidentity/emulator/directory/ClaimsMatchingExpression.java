// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.directory;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a flexible federated credential says about the claims of a token, in place of one exact subject. An example is
 * {@code claims['sub'] matches 'repo:contoso/shop:ref:refs/heads/*' and claims['environment'] eq 'test'}.
 *
 * <p>{@code matches} knows the wildcards {@code *}, which stands for any text, and {@code ?}, which stands for one
 * character. {@code eq} compares exactly. Both mind upper and lower case. Instances are immutable.
 *
 * <p>The language is that of Microsoft's page on flexible federated identity credentials, which is a preview there.
 *
 * @see <a href="https://learn.microsoft.com/graph/api/resources/federatedidentityexpression">Graph's type</a>
 * @since 0.1.0
 */
public final class ClaimsMatchingExpression {

    /** The issuers for which Entra ID accepts such an expression. */
    public static final Set<String> ISSUERS =
            Set.of("https://token.actions.githubusercontent.com", "https://gitlab.com", "https://app.terraform.io");

    private static final Pattern COMPARISON = Pattern.compile("claims\\['([A-Za-z0-9_]+)'] (matches|eq) '([^']+)'");
    private static final String AND = " and ";

    private final String text;
    private final List<Comparison> comparisons;

    private ClaimsMatchingExpression(String text, List<Comparison> comparisons) {
        this.text = text;
        this.comparisons = comparisons;
    }

    private record Comparison(String claim, Pattern accepted) {
        boolean accepts(Map<String, ?> claims) {
            return claims.get(claim) instanceof String value
                    && accepted.matcher(value).matches();
        }
    }

    /**
     * Reads an expression.
     *
     * @throws IllegalArgumentException if it is not written in the language, with the place and an example
     */
    public static ClaimsMatchingExpression parse(String text) {
        List<Comparison> comparisons = new ArrayList<>();
        Matcher matcher = COMPARISON.matcher(text);
        int position = 0;
        while (true) {
            matcher.region(position, text.length());
            if (!matcher.lookingAt()) {
                throw misspelt(text, position);
            }
            comparisons.add(new Comparison(matcher.group(1), acceptedValues(matcher.group(2), matcher.group(3))));
            position = matcher.end();
            if (position == text.length()) {
                return new ClaimsMatchingExpression(text, List.copyOf(comparisons));
            }
            if (!text.startsWith(AND, position)) {
                throw misspelt(text, position);
            }
            position += AND.length();
        }
    }

    /** Whether all of its comparisons hold. A claim that is absent, or no text, makes its comparison false. */
    public boolean accepts(Map<String, ?> claims) {
        return comparisons.stream().allMatch(comparison -> comparison.accepts(claims));
    }

    private static Pattern acceptedValues(String operator, String comparand) {
        if (operator.equals("eq")) {
            return Pattern.compile(Pattern.quote(comparand));
        }
        StringBuilder pattern = new StringBuilder();
        for (int i = 0; i < comparand.length(); i++) {
            char character = comparand.charAt(i);
            switch (character) {
                case '*' -> pattern.append(".*");
                case '?' -> pattern.append('.');
                default -> pattern.append(Pattern.quote(String.valueOf(character)));
            }
        }
        return Pattern.compile(pattern.toString());
    }

    private static IllegalArgumentException misspelt(String text, int position) {
        return new IllegalArgumentException("The expression \"" + text + "\" cannot be read from character "
                + (position + 1) + " on. Write, for example, claims['sub'] matches 'repo:contoso/shop:*'");
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ClaimsMatchingExpression that && text.equals(that.text);
    }

    @Override
    public int hashCode() {
        return text.hashCode();
    }

    @Override
    public String toString() {
        return text;
    }
}
