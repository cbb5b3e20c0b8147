/** Who sends leads: a name, where they live, whom they work for. */
export interface Person {
  name: string
  city: string
  company?: string
}

const written = `Aarav Mehta, Mumbai, Mehta Textiles
Priya Nair, Kochi
Rohan Deshmukh, Pune, Deshmukh Agro
Ananya Iyer, Chennai
Vikram Singh Rathore, Jaipur, Rathore Marbles
Sneha Kulkarni, Nashik
Arjun Reddy, Hyderabad, Reddy Infra
Kavya Menon, Thiruvananthapuram
Siddharth Joshi, Ahmedabad, Joshi & Sons
Ishita Banerjee, Kolkata, Banerjee Prints
Manish Agarwal, Indore
Fatima Shaikh, Mumbai, Shaikh Exports
Harpreet Kaur, Ludhiana, Kaur Knitwear
Karthik Subramanian, Coimbatore, KS Pumps
Neha Gupta, Lucknow
Imran Khan, Bhopal
Divya Krishnan, Bengaluru, Krishnan Interiors
Rahul Verma, Noida
Pooja Patil, Kolhapur
Amit Chauhan, Gurugram, Chauhan Logistics
Lakshmi Raghavan, Madurai
Suresh Babu, Vijayawada, Babu Traders
Meera Pillai, Kollam
Tanvi Shah, Surat, Shah Diamonds
Nikhil Bhatt, Vadodara
Ritika Malhotra, Delhi, Malhotra Events
Gurpreet Singh, Amritsar
Deepa Hegde, Mangaluru, Hegde Foods
Sanjay Mishra, Varanasi
Aditi Rao, Mysuru
Farhan Qureshi, Nagpur, Qureshi Motors
Shruti Ghosh, Siliguri
Varun Kapoor, Chandigarh, Kapoor Fitness
Nandini Das, Bhubaneswar
Joseph Fernandes, Margao, Fernandes Stays
Swati Pandey, Patna`

/** In an order that never changes. */
export const people: Person[] = written.split('\n').map((line) => {
  const [name = '', city = '', company] = line.split(', ')
  return { name, city, ...(company ? { company } : {}) }
})

export const mailOf = ({ name }: Person) => `${name.toLowerCase().replace(/[^a-z]+/g, '.')}@example.com`
