"""What a second editor is told of what the first one made of a field."""

from django import forms

from openflex.core.sections import tell_conflict


class Wish(forms.Form):
    wish = forms.CharField()


def test_a_field_that_is_not_shown_any_more_is_told_of_without_what_stands_in_it():
    saved = Wish(initial={"wish": "Un break"})
    again = tell_conflict(Wish({"wish": "Une citadine"}), ["wish", "vehicle"], saved=saved)
    assert again.errors["wish"] == ["Quelqu’un l’a changé entre-temps en «\u00a0Un break\u00a0»."]
    assert again.non_field_errors() == ["Quelqu’un a changé entre-temps un champ que vous ne voyez plus."]
    assert again["wish"].value() == "Une citadine"
