"""What an article's sentences must keep to: where one ends, what counts as a figure, which words judge."""

from __future__ import annotations

import pytest

from markers.prose import banned, bare_figures, british, figures, readable, sentences, uncited

# Sentences


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("One. Two.", ["One.", "Two."]),
        ("It is 3.5 mg/L. It rises.", ["It is 3.5 mg/L.", "It rises."]),
        ("Some drugs, e.g. insulin, i.e. a hormone, lower it.", 1),
        ("Dr. Bence Jones and Prof. Kahler vs. others found it, approx. then.", 1),
        ("Smith et al. found it. Others did not.", ["Smith et al. found it.", "Others did not."]),
        ("It was found by Smith et al. Others did not.", ["It was found by Smith et al.", "Others did not."]),
        ("It clears drugs, food etc. The rest stays.", ["It clears drugs, food etc.", "The rest stays."]),
        ("In the U.S. adults drink more of it.", 1),
        ("See no. 5 for more.", 1),
        ("No. It does not.", ["No.", "It does not."]),
        ("It needs vitamin D. It is a hormone.", ["It needs vitamin D.", "It is a hormone."]),
        ("It falls. eGFR rises.", ["It falls.", "eGFR rises."]),
        ("It falls [@a]. It rises.", ["It falls [@a].", "It rises."]),
        ("It falls. [@a] It rises.", ["It falls. [@a]", "It rises."]),
        ("It falls. [@a] [@b-2020] It rises.", ["It falls. [@a] [@b-2020]", "It rises."]),
        ("It falls.[@a][@b] It rises.", ["It falls.[@a][@b]", "It rises."]),
        ("It falls etc. [@a] it seems.", ["It falls etc. [@a]", "it seems."]),
        ("It is {range:adult}. {limit:x} is a line.", ["It is {range:adult}.", "{limit:x} is a line."]),
        ("Does it fall? Yes! It does.", ["Does it fall?", "Yes!", "It does."]),
        (
            'They say "it falls." It rises (a bit.) Then not.',
            ['They say "it falls."', "It rises (a bit.)", "Then not."],
        ),
        ("An item without a period", 1),
        ("", []),
        ("   ", []),
    ],
)
def test_where_a_sentence_ends(text, parts):
    assert sentences(text) == ([text] if parts == 1 else parts)


# Figures


@pytest.mark.parametrize(
    ("sentence", "found"),
    [
        ("It is 3.5 mg/L.", ["3.5 mg/L"]),
        ("It is 10–20 mg/L or 10-20 mg/L.", ["10–20 mg/L", "10-20 mg/L"]),
        ("It ends with 5.", ["5"]),
        ("It ends with 5.0.", ["5.0"]),
        ("About 95 % or 95% or 95 percent.", ["95 %", "95%", "95 percent"]),
        ("Some 1,000 IU, 2,000.5 IU and 12345 IU.", ["1,000 IU", "2,000.5 IU", "12345 IU"]),
        ("Below 60 mL/min/1.73 m² it counts.", ["60 mL/min/1.73 m²"]),
        ("Of 4.5 × 10⁹/L or 10⁹/L or 150 10⁹/L.", ["4.5 × 10⁹/L", "10⁹/L", "150", "10⁹/L"]),
        ("Each liter holds 280 million of them.", ["280 million"]),
        ("A hit of 1 in 20, 95 of 100, 3 out of 4.", ["1 in 20", "95 of 100", "3 out of 4"]),
        ("About 1 person in 220 and 1 in every 10.", ["1 person in 220", "1 in every 10"]),
        ("From 18 to 65 years.", ["18", "65 years"]),
        ("Over 65 years, for 2 weeks, 3-month, 40-year-old.", ["65 years", "2 weeks", "3-month", "40-year"]),
        ("After a 12-hour fast and 75-g glucose, 10-fold.", ["12-hour", "75-g", "10-fold"]),
        ("The 99th percentile.", ["99th percentile"]),
        ("A ratio above 30 mg/g creatinine.", ["30 mg/g"]),
        ("A kappa ratio of 0.26–1.65, pH 7.4, INR 2.", ["0.26–1.65", "7.4", "2"]),
        ("A BMI of 30 kg/m² or 30.", ["30 kg/m²", "30"]),
        ("From 48 mmol/mol (6.5 %).", ["48 mmol/mol", "6.5 %"]),
        ("It weighs 11.8 kDa, 11,800 Da.", ["11.8 kDa", "11,800 Da"]),
        ("A dose of 2000 IU or 2000 mg.", ["2000 IU", "2000 mg"]),
        ("10mg without a blank", ["10mg"]),
        ("At 37 °C.", ["37 °C"]),
        ("It holds 5\u00a0mg.", ["5\u00a0mg"]),
        ("25 | 50 mg | three", ["25", "50 mg"]),
        ("type 2 diabetes affects 10 % of type 5 %", ["10 %", "5 %"]),
        ("In 2021 it was 2021 mg.", ["2021 mg"]),
        # no figures
        ("B2M, β2, HbA1c, CD4, T3, IL-6, B12, SGLT2 and CA-125.", []),
        ("CA 19-9, CA 15-3 and COVID-19.", []),
        ("By CKD-EPI 2021, KDIGO 2012 and in 1999.", []),
        ("type 2 diabetes, types 1 and 2, stage 3a, stages 1 to 3, G3a and A1, grade 2.", []),
        ("Look at steps 1 and 2, table 3.", []),
        ("vitamin D 25-OH, 25(OH)D, 25-hydroxyvitamin D, 1,25-dihydroxyvitamin D, omega-3, beta-2", []),
        ("a 24-hour urine collection", []),
        ("LOINC 2160-0 and 14682-9", []),
        ("the 1st, the 20th century", []),
        ("two, three and forty people", []),
        ("It is {range:adult} and {limit:other-1/iss-3} [@smith-2020] [@pmc5531147].", []),
        ("", []),
    ],
)
def test_what_is_a_figure(sentence, found):
    assert figures(sentence) == found


BEARS = {"a": ["150–200 mg", "95 %", "10", "5 mg"], "b": ["95.5 %", "1 in 20", "18 to 65 years"]}


@pytest.mark.parametrize(
    ("sentence", "bare"),
    [
        ("It makes 150–200 mg a day [@a].", []),
        ("It makes 150–200 mg a day. [@a]", []),
        ("It makes 150–200 mg a day.", ["150–200 mg"]),
        ("It makes 150–200 mg a day [@b].", ["150–200 mg"]),
        ("It makes 150–200 mg a day [@unknown].", ["150–200 mg"]),
        ("It makes 150-200 mg a day [@a].", ["150-200 mg"]),
        ("It filters 95 % of {range:adult} [@a].", []),
        ("It filters 95.5 % [@a].", ["95.5 %"]),
        ("It filters 95.5 % [@a][@b].", []),
        ("It filters 99.95 % [@a].", ["99.95 %"]),
        ("It is 10 % [@a].", ["10 %"]),
        ("It is 3.5 mg or 5 mg [@a].", ["3.5 mg"]),
        ("It is 5 mg/L [@a].", ["5 mg/L"]),
        ("It is 2–5 mg [@a].", ["2–5 mg"]),
        ("It is 1 in 20 [@b].", []),
        ("It is 1 in 200 [@b].", ["1 in 200"]),
        ("From 18 to 65 years [@b].", []),
        ("From 18 to 66 years [@b].", ["18", "66 years"]),
        ("In 160 adults and 1,950 blood donors it rose [@a].", []),
        ("In 160 adults it rose by 160 % [@a].", ["160 %"]),
        ("It was 1 in 30 people [@b].", ["1 in 30"]),
        ("It is 150–200\u00a0mg [@a].", []),
        ("150–200 mg | 95 % [@a] | 96 %", ["96 %"]),
        ("It is {value:iss-3}.", []),
        ("Nothing is said.", []),
    ],
)
def test_a_figure_that_no_source_of_its_sentence_bears_is_bare(sentence, bare):
    assert bare_figures(sentence, BEARS) == bare


@pytest.mark.parametrize(
    ("sentence", "found"),
    [
        ("It makes 5 mg.", ["5 mg"]),
        ("It makes 5 mg [@a].", []),
        ("It makes 5 mg beside {range:adult}.", []),
        ("In 160 adults it rose.", ["160"]),
        ("It lasts three months.", ["three months"]),
        ("One in five people has it.", ["One in five"]),
        ("Ten percent is lost.", ["Ten percent"]),
        ("Two tests, three steps.", []),
        ("Type 2 diabetes in 2021.", []),
    ],
)
def test_a_figure_without_citation_or_reference(sentence, found):
    assert uncited(sentence) == found


# Words


@pytest.mark.parametrize(
    "sentence",
    [
        "A normal value.",
        "Abnormal results.",
        "Abnormalities are rare.",
        "An optimal level.",
        "A good number.",
        "The bad cholesterol.",
        "A healthy level.",
        "An unhealthy potassium level.",
        "The value is fine.",
        "A critical value.",
        "A severely raised one.",
        "This is dangerous.",
        "An alarming rise.",
        "It indicates disease.",
        "You have a disease.",
        "You may have it.",
        "You might not like it, but you should ask.",
        "You’re at risk.",
        "Your kidneys filter it.",
        "It suggests that you drink.",
        "People should see a doctor.",
        "Don't worry.",
        "There is nothing to worry about.",
        "Somebody should stop the drug.",
    ],
)
def test_a_word_that_judges_or_speaks_of_the_reader_is_found(sentence):
    assert banned(sentence)


@pytest.mark.parametrize(
    "sentence",
    [
        "Kidneys normally filter it.",
        "It was measured in healthy adults.",
        "Chronic kidney disease, stage 3, and multiple myeloma.",
        "People who are critically ill in intensive care.",
        "Ask whoever ordered the test.",
        "The range on your report goes first.",
        "Look at what your laboratory prints.",
        "It should not be used to judge food.",
        "A false alarm.",
        "It rises [@abnormal-2019] to {limit:normal}.",
        "Goodpasture syndrome and the badge.",
        "If you see it on a report, read on.",
        "A value in range says little.",
    ],
)
def test_a_word_that_says_what_is_is_let_pass(sentence):
    assert banned(sentence) == []


@pytest.mark.parametrize(
    ("sentence", "found"),
    [
        ("Haemoglobin in anaemia and a tumour.", ["Haemoglobin", "anaemia", "tumour"]),
        ("A litre of oestrogen, hospitalised.", ["litre", "oestrogen", "hospitalised"]),
        ("Hemoglobin in anemia and a tumor [@haem-2020].", []),
        ("Exercise rises; a promise, an advertisement, the precise aging center.", []),
    ],
)
def test_british_spelling_is_found(sentence, found):
    assert british(sentence) == found


# For the reading grade


@pytest.mark.parametrize(
    ("sentence", "plain"),
    [
        ("It is 3.5 mg/L [@a].", "It is 35 mg/L."),
        ("It is {range:adult} [@a], e.g. in adults. [@b]", "It is 5 mg, eg in adults."),
        ("A | b [@a] | c", "A, b, c."),
        ("Does it fall?", "Does it fall."),
        ("No period", "No period."),
    ],
)
def test_a_sentence_as_a_formula_reads_it(sentence, plain):
    assert readable(sentence) == plain
